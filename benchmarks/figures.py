"""What the benchmarks share: a throw-away clinic beside the project, and figures in one form."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def settings(url: str) -> dict[str, str]:
    """The environment of a clinic on plain HTTP, at the database of that address."""
    return {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "SECRET_KEY": "only-for-the-benchmark",
        "CLINIC_TRAIL_KEYS": "bench:a-key-of-the-benchmark-and-of-nothing-else",
        "CLINIC_HTTPS": "0",
        "CLINIC_HOSTS": "testserver",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
    }


def postgresql(*names: str) -> list[str]:
    """The addresses of new databases in a throw-away cluster, of which this process is the owner.
    It keeps its commits, as a clinic's does."""
    os.environ |= {"TEST_ENGINE": "postgresql", "CLUSTER_SETTINGS": "-c jit=off"}
    sys.path.insert(0, str(ROOT))
    import psycopg

    from tests import engine

    assert engine.USES_POSTGRESQL
    base = os.environ["DATABASE_URL"].rsplit("/", 1)[0]
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
    return [f"{base}/{name}" for name in names]


def database(name: str, folder: str, *, on_postgresql: bool) -> str:
    """The address of a new database of that name, on PostgreSQL or as a file in `folder`."""
    return postgresql(f"bench_{name}")[0] if on_postgresql else f"sqlite:///{folder}/{name}.sqlite3"


def connected(url: str) -> Any:
    """Django's connection to another database of the same cluster, which is not in use yet."""
    from django.db import connections

    wrapper: Any = connections.create_connection("default")
    wrapper.settings_dict = {**wrapper.settings_dict, "NAME": url.rsplit("/", 1)[1]}
    return wrapper


def begin(url: str, **more: str) -> None:
    """Set Django up in this process, for a clinic at that database."""
    os.environ |= settings(url) | more
    sys.path.insert(0, str(ROOT))
    import django

    django.setup()


def tell(figures: dict[str, float], *, ratio: float, limit: float, is_well: bool = True) -> None:
    """Print milliseconds and their ratio, and end the process with 1 beyond the limit, or where
    something else was not well."""
    width = max(len("ratio"), *map(len, figures))
    for words, milliseconds in figures.items():
        print(f"  {words:{width}} {milliseconds:8.2f} ms")
    print(f"  {'ratio':{width}} {ratio:8.2f}   (at most {limit})")
    sys.exit(ratio > limit or not is_well)
