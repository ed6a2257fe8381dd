"""What each request costs against the floor: ratios of CPU time, from one interleaved run.

    python benchmarks/bench.py [--rounds 3] [--requests 40] [--engine sqlite|postgresql]

Both are served alike, by gunicorn as it is shipped, on PostgreSQL with the application's rights.
CPU is that of the server and of the database's processes that serve it. Each round asks for every
case once, in shuffled order; a ratio is the median of the ratios of the rounds. Statements are
those besides BEGIN and COMMIT. Ends with 1 where a goal is missed, and says which.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

from figures import ROOT, postgresql, settings
from served import Browser, Server, stopped

HERE = Path(__file__).resolve().parent
WARM_UP = 12
GROWS, ALIKE = 1.1, 0.9
WRITERS, WRITES, SPREADS = 4, 12, 3


def values() -> dict[str, str]:
    """A set of observations, not the same as the one before: that would be asked about."""
    return {
        "systolic": str(random.randint(122, 136)),
        "diastolic": str(random.randint(74, 86)),
        "heart_rate": str(random.randint(62, 84)),
        "spo2": str(random.randint(96, 99)),
        "respiratory_rate": str(random.randint(12, 18)),
        "sedation": "5",
        "dissociation": "0",
        "note": "",
    }


@dataclass(frozen=True)
class Case:
    """One kind of request: `ask` sends the next, and says whether it was answered as it should.

    The processor's time is told in hundredths of a second: what takes next to none of it is asked
    `times` as often.
    """

    name: str
    server: Server
    ask: Callable[[], bool]
    against: str = ""
    at_most: float = 0
    counted: int | None = None
    statements: int | None = None
    times: int = 1


@dataclass
class Found:
    """What the rounds of one case found: milliseconds of CPU, and of waiting."""

    cpu: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        ordered = sorted(self.waited)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def databases(engine: str, folder: str) -> dict[str, tuple[str, str]]:
    """Of product and floor: the address for who owns it, and the one that it is served with."""
    if engine == "sqlite":
        urls = {name: f"sqlite:///{folder}/{name}.sqlite3" for name in ("product", "floor")}
        return {name: (url, url) for name, url in urls.items()}
    product, floor = postgresql("product", "floor")
    from tests.engine import APPLICATION

    served = product.replace("://clinic@", f"://{APPLICATION}@")
    return {"product": (product, served), "floor": (floor, floor)}


def run(script: Path, env: dict[str, str]) -> str:
    own = {name: value for name, value in os.environ.items() if name != "TEST_ENGINE"}
    done = subprocess.run(
        [sys.executable, str(script)], env=own | env, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def serving(engine: str, folder: str) -> Iterator[tuple[Server, Server, dict[str, Any]]]:
    """Product and floor, each with its rows, and what was made for the product."""
    urls = databases(engine, folder)
    bare = {"DJANGO_SETTINGS_MODULE": "floor.settings", "PYTHONPATH": str(HERE)}
    owner, served = urls["floor"]
    run(HERE / "floor" / "seed.py", bare | {"DATABASE_URL": owner})
    Path(folder, "static").mkdir()
    with_hosts = {"CLINIC_HOSTS": "127.0.0.1,testserver", "STATIC_ROOT": f"{folder}/static"}
    owner, whole = urls["product"]
    made = run(HERE / "clinic_to_measure.py", settings(owner) | with_hosts)
    product = Server(
        "product",
        "clinic.wsgi",
        settings(whole) | with_hosts,
        Path(folder, "a.log"),
    )
    floor = Server(
        "floor",
        "floor.wsgi",
        bare | {"DATABASE_URL": served},
        Path(folder, "b.log"),
    )
    with stopped([product, floor]):
        product.wait("/sign-in/")
        floor.wait("/alive")
        yield product, floor, json.loads(made)


def got(browser: Browser, paths: list[str], **headers: str) -> Callable[[], bool]:
    turn = iter(range(10**9))
    return lambda: browser.get(paths[next(turn) % len(paths)], **headers)[0] == HTTPStatus.OK


def unchanged(browser: Browser, path: str) -> Callable[[], bool]:
    """Asks whether a page has news, by the version that it was answered last."""
    _, page = browser.get(path)
    version = page.decode().partition('data-version="')[2].partition('"')[0]

    def ask() -> bool:
        nonlocal version
        status, _ = browser.get(f"{path}?version={version}", HX_Request="true")
        assert browser.headers is not None
        version = browser.headers["X-Version"] or version
        return status == HTTPStatus.NO_CONTENT

    return ask


def recorded(browser: Browser, sessions: list[str]) -> Callable[[], bool]:
    """Sends a reading to one session after another, as the form of each does."""
    from clinic.ids import uuid7

    _, page = browser.get(f"/sessions/{sessions[0]}/reading/")
    token = page.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    turn = iter(range(10**9))

    def ask() -> bool:
        where = sessions[next(turn) % len(sessions)]
        form = {"oxygen": "0", "id": str(uuid7()), "csrfmiddlewaretoken": token}
        return browser.post(f"/sessions/{where}/reading/", values() | form)[0] == HTTPStatus.FOUND

    return ask


def floors(floor: Server) -> list[Case]:
    page = Browser(floor)
    turn = iter(range(10**9))

    def record() -> bool:
        session = {"session": str(31 + next(turn) % 30)}
        return page.post("/reading", values() | session)[0] == HTTPStatus.FOUND

    charts = [f"/sessions/{number}" for number in range(1, 31)]
    return [
        Case("floor: reading", floor, record),
        Case("floor: board", floor, got(page, ["/board"])),
        Case("floor: session", floor, got(page, charts)),
    ]


def cases(product: Server, floor: Server, made: dict[str, Any]) -> list[Case]:
    """The work that has a goal; every goal is a ratio to a case of the same run."""
    few, many = (Browser(product, made["cookies"][name]) for name in ("few", "many"))
    counted = made["statements"]
    first = f"/sessions/{made['many'][0]}/"
    forms = [f"/sessions/{one}/reading/" for one in made["many"]]
    pages = [f"/sessions/{one}/" for one in made["many"]]
    return [
        *floors(floor),
        Case("reading", product, recorded(few, made["few"][:15]), "floor: reading", 4.0,
             counted["few reading"], 8),
        Case("board, 4 readings each", product, got(few, ["/"]), "floor: board", 2.5,
             counted["few board"], 6),
        Case("board, 20 readings each", product, got(many, ["/"]), "floor: board", 2.5,
             counted["many board"], 6),
        Case("board, poll", product, unchanged(many, "/"), "board, 20 readings each", 0.15,
             counted["many board poll"], 3, times=5),
        Case("session, 20 readings", product, got(many, pages), "floor: session", 2.5,
             counted["many session"]),
        Case("session, poll", product, unchanged(many, first), "session, 20 readings", 0.15,
             counted["many session poll"], 3, times=5),
        Case("reading form", product, got(many, forms), "floor: session", 2.0,
             counted["many form"]),
    ]  # fmt: skip


def measure(asked: list[Case], rounds: int, requests: int) -> dict[str, Found]:
    found = {case.name: Found() for case in asked}
    for number in range(rounds + 1):
        for case in random.sample(asked, len(asked)):
            count = requests * case.times if number else WARM_UP
            before, waited = case.server.seconds(), []
            for _ in range(count):
                start = time.perf_counter()
                if not case.ask():
                    raise SystemExit(
                        f"{case.name} was not answered as it should be.\n{case.server.told()}"
                    )
                waited.append((time.perf_counter() - start) * 1000)
            used = (case.server.seconds() - before) * 1000 / count
            if number:
                found[case.name].cpu.append(used)
                found[case.name].waited += waited
    return found


def ratio(found: dict[str, Found], case: Case) -> float:
    pairs = zip(found[case.name].cpu, found[case.against].cpu, strict=True)
    return statistics.median(own / other for own, other in pairs)


def spread(product: Server, made: dict[str, Any]) -> float:
    """Readings a second of four who write to one session, against four with a session each.

    A session with more readings takes longer to judge: so that both hold as many at half-time, the
    four are begun with what the one gains meanwhile beyond each of them.
    """

    def rate(sessions: list[str]) -> float:
        asks = [recorded(Browser(product, made["cookies"]["few"]), [own]) for own in sessions]

        def write(ask: Callable[[], bool]) -> None:
            kept = 0
            while kept < WRITES:  # By chance one may be as the one before: that is asked about.
                kept += ask()

        with ThreadPoolExecutor(len(asks)) as pool:
            began = time.monotonic()
            list(pool.map(write, asks))
        return len(asks) * WRITES / (time.monotonic() - began)

    fresh = iter(made["few"][15:])
    rates = []
    for _ in range(SPREADS):
        one, *apart = (next(fresh) for _ in range(1 + WRITERS))
        alone = rate([one] * WRITERS)
        before = recorded(Browser(product, made["cookies"]["few"]), apart)
        for _ in range(len(apart) * WRITES * (WRITERS - 1) // 2):
            before()
        rates.append(alone / rate(apart))
    return statistics.median(rates)


def told(asked: list[Case], found: dict[str, Found]) -> list[str]:
    """Prints the table; answers with the goals that were missed."""
    missed = []
    print("| work | CPU ms | p50 ms | p95 ms | statements | ratio | at most |")
    print("|---|---|---|---|---|---|---|")
    for case in asked:
        mine = found[case.name]
        cells = [
            f"{statistics.median(mine.cpu):.2f}",
            f"{mine.at(0.5):.1f}",
            f"{mine.at(0.95):.1f}",
        ]
        times, limit = "", ""
        if case.against:
            reached = ratio(found, case)
            times, limit = f"{reached:.2f}", f"{case.at_most} x {case.against}"
            if reached > case.at_most:
                missed.append(f"{case.name}: {times}, at most {limit}")
        count = "" if case.counted is None else str(case.counted)
        if case.statements is not None and case.counted is not None:
            count += f" of {case.statements}"
            if case.counted > case.statements:
                missed.append(f"{case.name}: {count} statements")
        print(f"| {case.name} | {' | '.join(cells)} | {count} | {times} | {limit} |")
    few, many = (found[f"board, {count} readings each"].cpu for count in (4, 20))
    grown = statistics.median(large / small for small, large in zip(few, many, strict=True))
    print(f"The board with 20 readings each against 4: {grown:.2f} (at most {GROWS})")
    return missed + ([f"board grows with readings: {grown:.2f}"] if grown > GROWS else [])


def bench(engine: str, rounds: int, requests: int) -> list[str]:
    with (
        tempfile.TemporaryDirectory(dir=ROOT) as folder,
        serving(engine, folder) as (product, floor, made),
    ):
        asked = cases(product, floor, made)
        found = measure(asked, rounds, requests)
        print(f"\n{engine}, {rounds} rounds of {requests} requests, one after another:\n")
        missed = told(asked, found)
        reached = spread(product, made)
        print(f"Four writers on one session against four: {reached:.2f} (at least {ALIKE})")
    return missed + ([f"four writers on one session: {reached:.2f}"] if reached < ALIKE else [])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=40)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    engines = [asked.engine] if asked.engine else ["sqlite", "postgresql"]
    missed = [
        f"{engine}: {one}"
        for engine in engines
        for one in bench(engine, asked.rounds, asked.requests)
    ]
    print("\nMissed:" if missed else "\nEvery goal is met.")
    for one in missed:
        print(f"  {one}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
