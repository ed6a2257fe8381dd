"""Chooses the database that the tests run on, before Django reads its settings.

SQLite by default. With TEST_ENGINE=postgresql a throw-away cluster is started in a temporary folder
on a free loopback port and removed at the end.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import coverage
import pytest

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("CLINIC_TRAIL_KEYS", "test:a-key-of-the-tests-and-of-nothing-else")
os.environ["CLINIC_HTTPS"] = "0"
os.environ["CLINIC_DEMO"] = "0"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

if "PYTEST_XDIST_WORKER" not in os.environ:
    _state = tempfile.mkdtemp(prefix="clinic-state-")
    atexit.register(shutil.rmtree, _state, ignore_errors=True)
    os.environ["CLINIC_STATE"] = _state
    # Nothing is collected for tests, but the folder has to be there.
    _static = tempfile.mkdtemp(prefix="clinic-static-")
    atexit.register(shutil.rmtree, _static, ignore_errors=True)
    os.environ["STATIC_ROOT"] = _static

APPLICATION = "clinic_app"
"""The role on PostgreSQL that owns nothing, made here because it belongs to the whole cluster."""
FAST = "-c fsync=off -c full_page_writes=off -c autovacuum=off -c jit=off"
"""Of a cluster that is thrown away. Commits stay synchronous: the product asks for that. With
CLUSTER_SETTINGS a benchmark asks for what a clinic's cluster has."""
IS_WHOLE = "WHOLE" in os.environ
"""Whether the sweeps are whole: `make test` thins some, `make test-all` runs them as they are."""
USES_POSTGRESQL = os.environ.get("TEST_ENGINE") == "postgresql"


def binaries() -> Path | None:
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3])
    )
    on_path = shutil.which("initdb")
    return candidates[-1].parent if candidates else Path(on_path).parent if on_path else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start() -> None:
    programs = binaries()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed: its tests were NOT run.")
    folder = Path(tempfile.mkdtemp(prefix="clinic-postgresql-"))
    as_postgres: list[str] = []
    if os.geteuid() == 0:
        # initdb refuses to run as root.
        shutil.chown(folder, "postgres", "postgres")
        as_postgres = ["runuser", "-u", "postgres", "--"]
    data, port = folder / "data", _free_port()
    subprocess.run(
        [*as_postgres, str(programs / "initdb"), *f"-D {data} -A trust -U clinic -E UTF8".split()],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    chosen = os.environ.get("CLUSTER_SETTINGS", FAST)
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} {chosen}"
    start: list[str] = [
        str(programs / "pg_ctl"),
        *f"-D {data} -w -l {folder}/log -o".split(),
        settings,
        "start",
    ]
    subprocess.run([*as_postgres, *start], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    roles = ["-h", "127.0.0.1", "-p", str(port), "-U", "clinic", "-d", "postgres"]
    make = [str(programs / "psql"), *roles, "-q", "-c", f"CREATE ROLE {APPLICATION} LOGIN"]
    subprocess.run(make, check=True, cwd=folder)

    def stop() -> None:
        subprocess.run(
            [*as_postgres, str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"],
            check=False,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    os.environ["DATABASE_URL"] = f"postgresql://clinic@127.0.0.1:{port}/clinic"


if "PYTEST_XDIST_WORKER" not in os.environ:
    if USES_POSTGRESQL:
        _start()
    else:
        _folder = tempfile.mkdtemp(prefix="clinic-sqlite-")
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
        os.environ["DATABASE_URL"] = f"sqlite:///{_folder}/clinic.sqlite3"


def pytest_report_header() -> str:
    return f"database: {'PostgreSQL' if USES_POSTGRESQL else 'SQLite'}"


def pytest_collection_finish() -> None:
    """What stands after collecting stands to the end: it is not searched for garbage again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@contextmanager
def unmeasured() -> Iterator[None]:
    """Let coverage rest meanwhile: it makes what it follows half as slow again."""
    measured = coverage.Coverage.current()
    if measured is None:
        yield
        return
    measured.stop()
    try:
        yield
    finally:
        measured.start()


_rest = ExitStack()
"""Open while tests run that are not measured: to stop and start takes longer than most of them."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Only what mirrors a measured package is measured, and of that no test that tries hundreds of
    examples: the tests beside it, which try one each, have to reach every line by themselves."""
    if is_measured(item):
        _rest.close()
    elif coverage.Coverage.current() is not None:
        _rest.enter_context(unmeasured())


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    _rest.close()


def is_measured(item: pytest.Item) -> bool:
    if item.get_closest_marker("hypothesis") or item.get_closest_marker("unmeasured"):
        return False
    packages = item.config.getoption("cov_source", None) or ()
    tests = Path(__file__).parent
    mirrors = (tests / package.removeprefix("monitoring/") for package in packages)
    return any(item.path.is_relative_to(mirror) for mirror in mirrors)
