"""Make a clinic whose sessions are in their window, in the database of the environment; run in a
process of its own, with the owner's rights. Prints the cookies of its nurse and of its clinician,
the sessions, and those whose window is over, DUE of them.

With the id of a session it sends one reading to it instead, and prints its note.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from http import HTTPStatus
from typing import Any

SESSIONS = int(os.environ.get("SESSIONS", "24"))
DUE = int(os.environ.get("DUE", "0"))


def seed() -> dict[str, Any]:
    from django.contrib.auth.hashers import PBKDF2PasswordHasher
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.guards.world import Visit, open_clinic
    from tests.shared import QUICK

    # A password takes half a second, as it should, for each of thousands of signatures.
    PBKDF2PasswordHasher.iterations = 1
    call_command("migrate", verbosity=0)
    if connection.vendor == "postgresql":
        call_command("database_roles", stdout=sys.stderr)
    clock, real = TestClock(), clinic_clock.now
    begins = {"dosed": real() - timedelta(minutes=30), "due": real() - timedelta(minutes=121)}
    clinic_clock.now = clock.now
    # Whoever signs is asked for a password, by a server that has settings of its own.
    with override_settings(**{n: QUICK[n] for n in QUICK if n != "PASSWORD_HASHERS"}):
        clock.travel_to(begins["due"] - timedelta(minutes=1))
        clinic, sessions, due = open_clinic(), [], []
        for _ in range(DUE):
            clock.travel_to(begins["due"])
            visit = Visit(clinic, clock).dosed()
            clock.forward(minutes=40)
            visit.read(40)
            due.append(str(visit.id))
        for _ in range(SESSIONS):
            clock.travel_to(begins["dosed"])
            sessions.append(str(Visit(clinic, clock).dosed().id))
        clinic_clock.now = real
        return {
            "cookies": _cookies(clinic.nurse),
            "signer": _cookies(clinic.clinician),
            "sessions": sessions,
            "due": due,
        }


def _cookies(staff: Any) -> dict[str, str]:
    client = _client()
    client.force_login(staff)
    client.get("/", secure=True)
    return {name: morsel.value for name, morsel in client.cookies.items()}


def _client() -> Any:
    from django.conf import settings
    from django.test import Client

    return Client(SERVER_NAME=settings.ALLOWED_HOSTS[-1])


def send(session: str) -> str:
    from django.test import override_settings

    from clinic.models import Staff
    from tests.campaign.tablets import reading
    from tests.shared import QUICK

    with override_settings(**QUICK):
        client, form = _client(), reading()
        client.force_login(Staff.objects.get(username="nurse-North"))
        answer = client.post(f"/sessions/{session}/reading/", form)
    assert answer.status_code == HTTPStatus.FOUND, answer.status_code
    return form["note"]


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(send(sys.argv[1]) if sys.argv[1:] else seed(), sys.stdout)
