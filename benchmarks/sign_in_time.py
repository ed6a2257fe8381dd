"""Whether the time of a refused sign-in tells who works here: medians from one interleaved run.

    python benchmarks/sign_in_time.py [--tries 200]

A known name with a wrong password and an unknown name are refused in turns, by the test client,
with the real hasher and limits; every third turn also a deactivated person, and one who was invited
and has no password yet. What the limits counted is forgotten between tries.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from http import HTTPStatus

from figures import begin

LIMIT = 0.05
WARM_UP = 10
NAMES = "rosa", "nobody-of-that-name", "left-last-year", "invited-today"
KNOWN, UNKNOWN, DEACTIVATED, INVITED = NAMES


def prepare(folder: str) -> None:
    """A migrated database of its own, with the settings of a clinic on plain http."""
    begin(f"sqlite:///{folder}/clinic.sqlite3", STATIC_ROOT=f"{folder}/static")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def people() -> None:
    from clinic.models import Site
    from tests.factories.logged import insert, save
    from tests.factories.people import person

    site = insert(Site(name="Bench", time_zone="UTC"))
    person(site, "nurse", username=KNOWN)
    gone = person(site, "nurse", username=DEACTIVATED)
    gone.is_active = False
    save(gone, "is_active")
    invited = person(site, "nurse", username=INVITED)
    invited.set_unusable_password()
    save(invited, "password")


def refused(name: str) -> float:
    """Seconds until a browser of its own is told that this is wrong."""
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    client = Client()
    client.get("/sign-in/")
    body = {"login": name, "password": "guessed wrongly"}
    start = time.perf_counter()
    answer = client.post("/sign-in/", body)
    took = time.perf_counter() - start
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "do not belong together" in answer.content.decode()
    return took


def measure(tries: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in NAMES}
    for number in range(WARM_UP + tries):
        turn = NAMES if number % 3 == 0 else (KNOWN, UNKNOWN)
        for name in random.sample(turn, len(turn)):
            took = refused(name)
            if number >= WARM_UP:
                times[name].append(took)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        people()
        times = measure(asked.tries)
    medians = {name: statistics.median(took) * 1000 for name, took in times.items()}
    words = {
        KNOWN: "known name, wrong password",
        UNKNOWN: "unknown name",
        DEACTIVATED: "deactivated person",
        INVITED: "invited, without a password yet",
    }
    print(f"{asked.tries} tries of each name, in turns; medians, compared to the known name:")
    for name, median in medians.items():
        print(f"  {words[name]:32} {median:7.2f} ms   {median / medians[KNOWN]:5.3f}")
    widest = max(abs(median / medians[KNOWN] - 1) for median in medians.values())
    print(f"  widest difference {widest:26.1%}   (at most {LIMIT:.0%})")
    sys.exit(widest > LIMIT)


if __name__ == "__main__":
    main()
