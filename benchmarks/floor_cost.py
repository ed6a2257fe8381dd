"""What a floor costs: so many tablets at as many open sessions, against gunicorn as it is shipped.

    python benchmarks/floor_cost.py [--tablets 30 60] [--seconds 120] [--engine postgresql]

Each tablet asks for news every ten seconds, two of three for the board's and one for a session's;
and every two minutes someone opens the form of a reading, saves it, and looks at the session and at
the board. Prints the cores that server and database used, how long each kind of request took, and
by how much the database grew for each reading, with its trail, the access log and all else.
The machine must do nothing else meanwhile; who asks takes a part of it, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench import run, values
from figures import ROOT, postgresql, settings
from served import Browser, Server, stopped

NEWS_EVERY, WORK_EVERY = 10.0, 120.0
BOARD_OF = 3
"""Of so many tablets all but one show the board."""
MOST_CORES, MOST_GROWTH, MOST_KILOBYTES = 0.04, 2.2, 6.0
READINGS = 4
Times = dict[str, list[float]]


def make(size: int) -> dict[str, Any]:
    """A site with as many open sessions and tablets; run in a process of its own."""
    import clinic_to_measure
    from django.core.cache import cache
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.factories.people import SiteFactory, StaffFactory, TabletFactory, on_tablet, person
    from tests.factories.record import PatientFactory
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if connection.vendor == "postgresql":
        call_command("database_roles", stdout=sys.stderr)
    clock, real = TestClock(), clinic_clock.now
    with override_settings(**QUICK):
        # So many sign in from one address within a minute only here.
        cache.clear()
        clock.travel_to(real() - clinic_to_measure.AGO)
        clinic_clock.now = clock.now
        clinic_to_measure.OPEN = size
        # Each site is made by a process of its own, and none is named as the one before.
        numbered: tuple[Any, ...] = (SiteFactory, StaffFactory, TabletFactory, PatientFactory)
        for factory in numbered:
            factory.reset_sequence(size * 1000)
        nurse, visits = clinic_to_measure.site_of(clock, READINGS)
        clinic_clock.now = real
        site = nurse.memberships.get().site
        tablets = [
            on_tablet(TabletFactory.create(site=site), person(site, "nurse")).cookies
            for _ in range(size)
        ]
    jars = [{name: kept.value for name, kept in jar.items()} for jar in tablets]
    return {"tablets": jars, "sessions": [str(visit.id) for visit in visits]}


class Tablet:
    """One tablet in use until `ends`; `times` are those of each kind of request, in seconds."""

    def __init__(self, server: Server, jar: dict[str, str], session: str, path: str) -> None:
        self.browser, self.session, self.path = Browser(server, jar), session, path
        self.version = ""
        self.times: Times = defaultdict(list)
        self.errors = 0

    def use(self, ends: float) -> None:
        start = time.monotonic()
        news, work = start + random.uniform(0, NEWS_EVERY), start + random.uniform(0, WORK_EVERY)
        while (at := min(news, work)) < ends:
            time.sleep(max(0.0, at - time.monotonic()))
            if work <= news:
                self._work()
                work += WORK_EVERY
            else:
                self._ask()
                news += NEWS_EVERY

    def _take(self, kind: str, ask: Callable[[], tuple[int, bytes]], *fine: int) -> str:
        began = time.monotonic()
        status, content = ask()
        self.times[kind].append(time.monotonic() - began)
        self.errors += status not in fine
        return content.decode()

    def _ask(self) -> None:
        where = "board" if self.path == "/" else "session"
        address = f"{self.path}?version={self.version}"
        text = self._take(
            f"{where}, news", lambda: self.browser.get(address, HX_Request="true"), 200, 204
        )
        told = self.browser.headers and self.browser.headers["X-Version"]
        self.version = told or between(text, 'data-version="') or self.version

    def _work(self) -> None:
        from clinic.ids import uuid7

        own = f"/sessions/{self.session}/"
        page = self._take("form", lambda: self.browser.get(f"{own}reading/"), 200)
        token = between(page, 'name="csrfmiddlewaretoken" value="')
        form = {"oxygen": "0", "id": str(uuid7()), "csrfmiddlewaretoken": token}
        sent = values() | form
        self._take("reading", lambda: self.browser.post(f"{own}reading/", sent), 302)
        self._take("session", lambda: self.browser.get(own), 200)
        self._take("board", lambda: self.browser.get("/"), 200)


def kilobytes(url: str) -> float:
    """What the tables and their indexes take, of a database of either engine; PostgreSQL's own
    statistics do not grow with the record."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            ((pages,),) = database.execute("PRAGMA page_count")
            ((size,),) = database.execute("PRAGMA page_size")
            return float(pages * size / 1024)
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        ((taken,),) = connection.execute(
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return float(taken / 1024)


def between(text: str, before: str) -> str:
    return text.partition(before)[2].partition('"')[0]


def measure(server: Server, made: dict[str, Any], seconds: float) -> tuple[float, Times, int]:
    """Cores, times and errors of one site."""
    pairs = enumerate(zip(made["tablets"], made["sessions"], strict=True))
    tablets = [
        Tablet(server, jar, session, "/" if number % BOARD_OF else f"/sessions/{session}/")
        for number, (jar, session) in pairs
    ]
    for one in tablets:
        one._ask()
        one.times.clear()
    began, used = time.monotonic(), server.seconds()
    threads = [threading.Thread(target=t.use, args=[began + seconds]) for t in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cores = (server.seconds() - used) / (time.monotonic() - began)
    times: Times = defaultdict(list)
    for one in tablets:
        for kind, taken in one.times.items():
            times[kind] += taken
    return cores, times, sum(one.errors for one in tablets)


def told(size: int, cores: float, times: Times, errors: int) -> None:
    print(f"{size} tablets: {cores:.3f} cores, {errors} errors")
    for kind, taken in sorted(times.items()):
        ordered = sorted(taken)
        half, most = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
        print(
            f"  {kind:14} {len(ordered):5}   p50 {half * 1000:7.1f} ms   p95 {most * 1000:7.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tablets", type=int, nargs="+", default=[30, 60])
    parser.add_argument("--seconds", type=float, default=WORK_EVERY)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        owner = served = f"sqlite:///{folder}/floor.sqlite3"
        if asked.engine == "postgresql":
            (owner,) = postgresql("bench_floor")
            from tests.engine import APPLICATION

            served = owner.replace("://clinic@", f"://{APPLICATION}@")
        more = {"CLINIC_HOSTS": "127.0.0.1,testserver", "STATIC_ROOT": f"{folder}/static"}
        Path(folder, "static").mkdir()

        def made(size: int) -> dict[str, Any]:
            told = run(Path(__file__), settings(owner) | more | {"FLOOR_SIZE": str(size)})
            found: dict[str, Any] = json.loads(told)
            return found

        first = made(asked.tablets[0])
        server = Server("floor", "clinic.wsgi", settings(served) | more, Path(folder, "log"))
        cores: list[float] = []
        failed, largest = 0, 0.0
        with stopped([server]):
            server.wait("/sign-in/")
            for size in asked.tablets:
                # Just before: a tablet that no one touches for three minutes locks.
                site = made(size) if cores else first
                before = kilobytes(owner)
                used, times, errors = measure(server, site, asked.seconds)
                each = (kilobytes(owner) - before) / len(times["reading"])
                told(size, used, times, errors)
                print(f"  {each:.1f} kB a reading (at most {MOST_KILOBYTES})")
                largest = max(largest, each)
                cores.append(used)
                failed += errors
    growth = cores[-1] / cores[0]
    print(f"a floor {cores[0]:.3f} cores (at most {MOST_CORES})")
    print(f"the last against the first {growth:.2f} (at most {MOST_GROWTH})")
    missed = (cores[0] > MOST_CORES, growth > MOST_GROWTH, largest > MOST_KILOBYTES)
    sys.exit(bool(failed) or any(missed))


if __name__ == "__main__":
    if size_asked := os.environ.get("FLOOR_SIZE"):
        import django

        django.setup()
        json.dump(make(int(size_asked)), sys.stdout)
    else:
        main()
