"""What an unchanged poll of the board costs against the board itself, in CPU time.

    python benchmarks/poll_cost.py [--rounds 200]

Twelve sessions in observation on a throw-away SQLite database; the two are asked for in turns, in
one process, through all the middlewares. The database's own process would come on top on
PostgreSQL, for both.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable

from figures import ROOT, begin, tell

SESSIONS = 12
WARM_UP = 20
LIMIT = 0.4


def cost(ask: Callable[[], object]) -> float:
    start = time.process_time()
    ask()
    return (time.process_time() - start) * 1000


def measure(rounds: int) -> tuple[float, float]:
    """Milliseconds of CPU, median: the whole board, and a poll without news."""
    from django.core.management import call_command
    from django.test import Client, override_settings

    from tests.clock import TestClock
    from tests.factories.people import SiteFactory
    from tests.factories.record import PatientFactory
    from tests.factories.visits import observed
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with override_settings(**QUICK):
        clock = TestClock()
        from clinic import clock as clinic_clock

        clinic_clock.now = clock.now
        site, opening = SiteFactory.create(), clock.now()
        for _ in range(SESSIONS):
            clock.travel_to(opening)
            patient = PatientFactory.create(site=site)
            visit = observed(clock, through=60, site=site, patient=patient)
        client = Client()
        client.force_login(visit.nurse)
        headers = {"HX-Request": "true"}
        page = client.get("/").content.decode()
        opened = page.partition('data-version="')[2].partition('"')[0]
        version = client.get("/", {"version": opened}, headers=headers)["X-Version"]
        whole, unchanged = [], []
        for number in range(WARM_UP + rounds):
            full = cost(lambda: client.get("/"))
            poll = cost(lambda: client.get("/", {"version": version}, headers=headers))
            if number >= WARM_UP:
                whole.append(full)
                unchanged.append(poll)
        answer = client.get("/", {"version": version}, headers=headers)
        if answer.content:
            raise SystemExit("The poll had news: nothing was measured.")
    return statistics.median(whole), statistics.median(unchanged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        begin(f"sqlite:///{folder}/poll.sqlite3")
        whole, unchanged = measure(asked.rounds)
    print(f"{SESSIONS} sessions, {asked.rounds} rounds, CPU, medians:")
    figures = {"the board": whole, "a poll without news": unchanged}
    tell(figures, ratio=unchanged / whole, limit=LIMIT)


if __name__ == "__main__":
    main()
