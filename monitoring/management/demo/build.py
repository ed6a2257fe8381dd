"""Builds the demo clinic, and says whether a database may hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from django.contrib.auth.hashers import is_password_usable
from django.db import connection

from clinic.models import Membership, Site, Staff
from monitoring import guards
from monitoring.guards.watch import asked_before
from monitoring.management.demo.afterwards import play_afterwards
from monitoring.management.demo.forms import play_forms
from monitoring.management.demo.history import cases, past_of, play
from monitoring.management.demo.past import moved_clock
from monitoring.management.demo.people import SITES, STAFF, let_in, open_clinic
from monitoring.management.demo.today import play_today
from monitoring.models import Patient

REST_DAYS = 2
"""No one had a session so shortly before today's."""

Say = Callable[[str], None]


def build(*, seed: int, days: int, password: str, say: Say) -> None:
    """Sites, staff, patients, `days` days of sessions, and today. The same seed at the same moment
    builds the same clinic."""
    with moved_clock() as clock, quick_commits():
        rng = Random(f"{seed}")
        clock.move_to(clock.present.replace(hour=12) - timedelta(days=days + 30))
        teams = open_clinic(clock.now(), rng, password)
        until = clock.present.date() - timedelta(days=REST_DAYS)
        patients = cases(teams, clock, seed, days)
        for done, (case, past, story) in enumerate(past_of(patients, until), start=1):
            for number, day in enumerate(past, start=1):
                is_last = number == len(past)
                play(case, day, number, clock, password, story if is_last else None)
            if done % 10 == 0:
                say(f"{done} of {len(patients)} patients")
        play_afterwards(clock, rng)
        play_forms(clock, rng)
        play_today(patients, clock, password)
        let_in(password)


@contextmanager
def quick_commits() -> Iterator[None]:
    """Commits need not survive a power cut while invented data is written.

    Neither engine lets this change inside a transaction, where nothing is committed anyway.
    """
    if connection.in_atomic_block:
        yield
        return
    is_sqlite = connection.vendor == "sqlite"
    name = "PRAGMA synchronous" if is_sqlite else "SET synchronous_commit"
    with asked_before():
        _run(f"{name} = OFF")
        try:
            yield
        finally:
            _run(f"{name} = {'FULL' if is_sqlite else 'ON'}")


def _run(statement: str) -> None:
    with guards.as_owner(connection), connection.cursor() as cursor:
        cursor.execute(statement)


def is_here() -> bool:
    """Whether a demo clinic was built to its end in this database."""
    staff = Staff.objects.filter(username__in=[p.username for p in STAFF])
    is_open = sum(is_password_usable(s.password) for s in staff) == len(STAFF)
    return is_open and Site.objects.filter(name__in=SITES).count() == len(SITES)


def accounts() -> list[Membership]:
    """Who may be named to strangers: the people whom the demo made, where it was built."""
    if not is_here():
        return []
    found = Membership.objects.filter(
        staff__username__in=[p.username for p in STAFF],
        staff__is_active=True,
        site__name__in=SITES,
        ends_at=None,
    )
    return list(
        found.select_related("staff", "site").order_by("site__name", "role", "staff__username")
    )


def is_broken_off() -> bool:
    """Whether a build was begun and not finished: its people have no password yet."""
    return Site.objects.filter(name__in=SITES).exists() and not is_here()


def is_empty() -> bool:
    return not (Patient.objects.exists() or Staff.objects.exists() or Site.objects.exists())
