"""Make a clinic in the middle of its day, for the harness: run by it in a process of its own.

    python benchmarks/clinic_to_measure.py

Writes one JSON object on the standard output: by case the cookies of who asks and the addresses.
Two sites with thirty open sessions each, of four and of twenty readings; sessions that readings are
written to; what a page asks of the database is counted here, where it can be seen.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

OPEN = 30
AGO = timedelta(minutes=110)
FAMILIES = ("Abel", "Bianchi", "Cohen", "Dvorak", "Eriksen", "Farah")
POLL = {"HX-Request": "true"}


def readings(visit: Any, clock: Any, began: datetime, many: int) -> None:
    """`many` readings within the first hour, as evenly as that goes."""
    for number in range(1, many + 1):
        clock.travel_to(began + timedelta(minutes=60 * number / many))
        visit.read()


def site_of(clock: Any, many: int) -> tuple[Any, list[Any]]:
    """A nurse of a new site, and its sessions, each with `many` readings after the dose."""
    from tests.factories.people import SiteFactory, person
    from tests.factories.record import PatientFactory
    from tests.factories.visits import dosed

    site, opening = SiteFactory.create(), clock.now()
    people = person(site, "nurse"), person(site, "clinician", credentials="MD")
    visits = []
    for number in range(OPEN):
        clock.travel_to(opening)
        # Born on days of their own: no one is taken for another, as on most floors.
        born = date(1940 + number, 1 + number % 12, 1 + number % 28)
        patient = PatientFactory.create(
            site=site, family_name=f"{FAMILIES[number % 6]}{number}", date_of_birth=born
        )
        visit = dosed(clock, site=site, patient=patient, people=people)
        began = visit.session.first_dose_at
        assert began is not None
        readings(visit, clock, began, many)
        visits.append(visit)
    clock.travel_to(opening)
    return people[0], visits


def cookies(nurse: Any) -> tuple[Any, dict[str, str]]:
    from django.test import Client

    client = Client()
    client.force_login(nurse)
    client.get("/")
    return client, {name: morsel.value for name, morsel in client.cookies.items()}


def opened(client: Any, path: str) -> dict[str, str]:
    """The version that the page was shown with, as its next poll names it."""
    page = client.get(path).content.decode()
    version = page.partition('data-version="')[2].partition('"')[0]
    answer = client.get(path, {"version": version}, headers=POLL)
    return {"version": answer.headers.get("X-Version", version)}


def statements(ask: Any) -> int:
    """How many it takes besides those that begin and end a transaction."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    ends = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(ends) for query in captured)


def another(client: Any, visit: Any, systolic: Iterator[int] = count(120)) -> None:  # noqa: B008
    """A reading that is not the same as the one before: that would be asked about."""
    from tests.factories.posted import send

    send(client, visit, systolic=str(next(systolic)))


def make() -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    if connection.vendor == "postgresql":
        call_command("database_roles", stdout=sys.stderr)
    clock, real = TestClock(), clinic_clock.now
    clock.travel_to(real() - AGO)
    clinic_clock.now = clock.now
    with override_settings(**QUICK):
        few, written = site_of(clock, 4)
        many, long = site_of(clock, 20)
        clinic_clock.now = real
        counted, jars = {}, {}
        for name, nurse, visits in (("few", few, written), ("many", many, long)):
            client, jars[name] = cookies(nurse)
            for where, path in (("board", "/"), ("session", f"/sessions/{visits[0].id}/")):
                counted[f"{name} {where}"] = statements(partial(client.get, path))
                poll = partial(client.get, path, opened(client, path), headers=POLL)
                counted[f"{name} {where} poll"] = statements(poll)
            form = f"/sessions/{visits[0].id}/reading/"
            counted[f"{name} form"] = statements(partial(client.get, form))
            counted[f"{name} reading"] = statements(partial(another, client, visits[0]))
    return {
        "cookies": jars,
        "few": [str(visit.id) for visit in written],
        "many": [str(visit.id) for visit in long],
        "statements": counted,
    }


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(make(), sys.stdout)
