"""What the guards and the trail cost for each reading: a ratio, from one interleaved run.

    python benchmarks/reading_cost.py [--readings 600] [--postgresql]

Two processes work on two databases that are alike but for this: in one, `record_reading` runs as it
is; in the other the guards were taken away and the trail is not told. They take turns, reading by
reading, on sessions of twelve readings. With --postgresql a throw-away cluster is started.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any
from unittest import mock

from figures import ROOT, postgresql, settings, tell

LIMIT = 1.4
READINGS_IN_SESSION = 12
WARM_UP = 3 * READINGS_IN_SESSION


def work(kind: str) -> None:
    """Answer each line on the standard input with the seconds that one reading took."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from clinic import clock as clinic_clock
    from clinic.ids import uuid7
    from clinic.models import TrailEntry
    from monitoring.actions import record_reading
    from monitoring.models import Reading
    from tests.clock import TestClock
    from tests.guards.world import Visit, open_clinic

    call_command("migrate", verbosity=0)
    clock = TestClock()
    mock.patch.object(clinic_clock, "now", clock.now).start()
    clinic = open_clinic()
    if kind == "bare":
        strip(connection)
    visit: Visit | None = None
    for number, _ in enumerate(sys.stdin):
        if number % READINGS_IN_SESSION == 0:
            visit = Visit(clinic, clock).dosed()
        assert visit is not None
        clock.forward(minutes=5)
        entry, reading = visit.entry(), uuid7()
        start = time.perf_counter()
        record_reading(visit.id, clinic.nurse, id=reading, entry=entry)
        print(time.perf_counter() - start, flush=True)
    print(Reading.objects.count(), TrailEntry.objects.filter(verb="record_reading").count())


def strip(connection: Any) -> None:
    """Take away the guards, the authorizer and the trail; the counter stays, for verbs need it."""
    from clinic.trail import chain
    from monitoring.actions import work
    from monitoring.guards import privileges
    from monitoring.guards.text import guards

    privileges.lift(connection)
    with connection.cursor() as cursor:
        for guard in guards():
            place = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            if guard.rule != "moves_the_counter":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{place}")
    nothing: Any = lambda *args, **kwargs: {}  # noqa: E731
    mock.patch("monitoring.guards.require", nothing).start()
    mock.patch.object(chain, "append", nothing).start()
    mock.patch.object(work.SessionWork, "_append", nothing).start()


def start(kind: str, url: str) -> subprocess.Popen[str]:
    # The cluster is this process's: the other begins none of its own.
    own = {name: value for name, value in os.environ.items() if name != "TEST_ENGINE"}
    return subprocess.Popen(
        [sys.executable, __file__, "--work", kind],
        env=own | settings(url),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(worker: subprocess.Popen[str]) -> float:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    return float(worker.stdout.readline())


def measure(urls: dict[str, str], readings: int) -> dict[str, list[float]]:
    """The seconds of each reading, by side; the sides take turns at going first."""
    workers = {kind: start(kind, url) for kind, url in urls.items()}
    times: dict[str, list[float]] = {kind: [] for kind in workers}
    for number in range(WARM_UP + readings):
        turn = list(workers) if number % 2 else list(reversed(workers))
        for kind in turn:
            took = ask(workers[kind])
            if number >= WARM_UP:
                times[kind].append(took)
    for kind, worker in workers.items():
        made, told = map(int, worker.communicate()[0].split())
        # The sides differ in what they are compared for, and in nothing else.
        assert made > readings
        assert told == (made if kind == "whole" else 0)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=600)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        work(asked.work)
        return
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        urls = {kind: f"sqlite:///{folder}/{kind}.sqlite3" for kind in ("whole", "bare")}
        if asked.postgresql:
            urls = dict(zip(urls, postgresql("bench_whole", "bench_bare"), strict=True))
        times = measure(urls, asked.readings)
    whole, bare = (statistics.median(times[kind]) * 1000 for kind in ("whole", "bare"))
    engine = "PostgreSQL" if asked.postgresql else "SQLite"
    print(f"{engine}, {asked.readings} readings on each side, in turns; medians:")
    figures = {"with guards and trail": whole, "without": bare}
    tell(figures, ratio=whole / bare, limit=LIMIT)


if __name__ == "__main__":
    main()
