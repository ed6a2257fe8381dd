"""What the overview of a year costs against one plain aggregate over that year's readings.

    python benchmarks/overview_cost.py [--readings 1000000] [--older 0]

A throw-away PostgreSQL holds an archive of one year, and another one of `--older` years before it
as well. The overview is every query of its page; the aggregate asks the readings themselves. All
are asked in turns. What is compared is the CPU time of this process and of the database's process
for it, which works alone: so that other work on the machine, or a second core for one of the two,
changes nothing. The years before may not make the overview dearer either.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from archive import READINGS_IN_SESSION, fill
from figures import begin, connected, postgresql, tell

LIMIT, WITH_OLDER = 0.6, 1.15
ROUNDS, REPEATED = 5, 4
YEAR = 2025
TICKS = os.sysconf("SC_CLK_TCK")
RAW = """
    SELECT count(*), count(*) FILTER (WHERE systolic >= 160), avg(systolic), max(systolic),
        max(diastolic), min(spo2), min(sedation), max(dissociation)
    FROM monitoring_reading r JOIN monitoring_session s ON s.id = r.session_id
    WHERE s.site_id = %s AND s.planned_for >= %s AND s.planned_for < %s
"""
"""A reading is of a site and a year by its session."""


def cost(ask: Callable[[], object]) -> float:
    """Milliseconds of CPU, of asking REPEATED times, for the database's are counted in hundredths
    of a second."""
    ask()
    start = used()
    for _ in range(REPEATED):
        ask()
    return (used() - start) * 1000 / REPEATED


def used() -> float:
    """Seconds of CPU of this process and of the one that serves it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone() or (None,)
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICKS


def medians(asked: dict[str, Callable[[], object]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, ask in asked.items():
            times[name].append(cost(ask))
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def asking() -> dict[str, Callable[[], object]]:
    """The two that are compared."""
    from datetime import UTC, datetime

    from django.db import connection

    from monitoring.models import Figures
    from monitoring.reports.overview import overview

    site = Figures.objects.select_related("site").latest("planned_for").site
    start, end = (datetime(y, 1, 1, tzinfo=UTC) for y in (YEAR, YEAR + 1))

    def told() -> int:
        found = Figures.objects.filter(site=site, planned_for__gte=start, planned_for__lt=end)
        return overview(found, site.tz).sessions

    def raw() -> object:
        with connection.cursor() as cursor:
            cursor.execute(RAW, [site.pk, start, end])
            return cursor.fetchone()

    return {"overview": told, "aggregate": raw}


def at(url: str, ask: Callable[[], object]) -> Callable[[], object]:
    """`ask`, of the database at that address; its connection is Django's from then on."""
    from django.db import connections

    wrapper = connected(url)

    def asked() -> object:
        connections["default"] = wrapper
        return ask()

    return asked


def archived(url: str, readings: int, years: range) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for year in years:
            fill(connection.cursor(), sessions=readings // READINGS_IN_SESSION, year=year)
        connection.execute("VACUUM ANALYZE")


def one_session(*, is_amended: bool = False) -> None:
    """The one that the archive is copies of."""
    from django.core.management import call_command
    from django.test import override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.factories.visits import discharged
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    clock = TestClock()
    clinic_clock.now = clock.now
    with override_settings(**QUICK):
        visit = discharged(clock)
        if is_amended:
            visit.amend()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=1_000_000, help="in a year")
    parser.add_argument("--older", type=int, default=0, help="years before it")
    asked = parser.parse_args()
    (url,) = postgresql("bench_overview")
    begin(url)
    from django.db import connection

    one_session()
    archived(url, asked.readings, range(YEAR, YEAR + 1))
    connection.close()
    compared = {name: at(url, ask) for name, ask in asking().items()}
    older = f"overview with {asked.older} older years"
    if asked.older:
        connection.close()
        beside = f"{url}_older"
        base, name = url.rsplit("/", 1)
        with psycopg.connect(f"{base}/postgres", autocommit=True) as owner:
            owner.execute(f"CREATE DATABASE {name}_older TEMPLATE {name}")
        archived(beside, asked.readings, range(YEAR - asked.older, YEAR))
        compared[older] = at(beside, asking()["overview"])
    found = medians(compared)
    print(f"PostgreSQL, a year of {asked.readings} readings; medians of CPU:")
    is_flat = True
    if asked.older:
        ratio = found[older] / found["overview"]
        is_flat = ratio <= WITH_OLDER
        print(f"  {older} against the year alone: {ratio:.2f}   (at most {WITH_OLDER})")
    tell(found, ratio=found["overview"] / found["aggregate"], limit=LIMIT, is_well=is_flat)


if __name__ == "__main__":
    main()
