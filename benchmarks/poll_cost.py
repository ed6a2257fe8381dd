"""What an unchanged poll of the board and of a session costs against its page, in CPU time.

    python benchmarks/poll_cost.py [--rounds 200]

Twelve sessions in observation on a throw-away SQLite database; page and poll are asked for in
turns, in one process, through all the middlewares. The database's own process would come on top on
PostgreSQL, for both.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from figures import ROOT, begin, tell

if TYPE_CHECKING:
    from django.test import Client

SESSIONS = 12
WARM_UP = 20
LIMIT = 0.15


def cost(ask: Callable[[], object]) -> float:
    start = time.process_time()
    ask()
    return (time.process_time() - start) * 1000


def measure(rounds: int) -> dict[str, tuple[float, float]]:
    """Milliseconds of CPU, medians: of the board and of a session the page, and a poll without
    news."""
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
        paths = {"the board": "/", "a session": f"/sessions/{visit.id}/"}
        return {words: compare(client, path, rounds) for words, path in paths.items()}


def compare(client: Client, path: str, rounds: int) -> tuple[float, float]:
    headers = {"HX-Request": "true"}
    page = client.get(path).content.decode()
    opened = page.partition('data-version="')[2].partition('"')[0]
    version = client.get(path, {"version": opened}, headers=headers)["X-Version"]

    def ask_again() -> bytes:
        answer = client.get(path, {"version": version}, headers=headers)
        return answer.content

    whole, unchanged = [], []
    for number in range(WARM_UP + rounds):
        full, poll = cost(lambda: client.get(path)), cost(ask_again)
        if number >= WARM_UP:
            whole.append(full)
            unchanged.append(poll)
    if ask_again():
        raise SystemExit("The poll had news: nothing was measured.")
    return statistics.median(whole), statistics.median(unchanged)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        begin(f"sqlite:///{folder}/poll.sqlite3")
        found = measure(asked.rounds)
    print(f"{SESSIONS} sessions, {asked.rounds} rounds, CPU, medians:")
    figures: dict[str, float] = {}
    for words, (whole, unchanged) in found.items():
        figures |= {words: whole, f"{words}, a poll without news": unchanged}
    tell(figures, ratio=max(poll / page for page, poll in found.values()), limit=LIMIT)


if __name__ == "__main__":
    main()
