"""Make a clinic whose sessions are in their window, in the database of the environment; run in a
process of its own, with the owner's rights. Prints the nurse's cookies and the sessions.

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


def seed() -> dict[str, Any]:
    from django.core.management import call_command
    from django.test import Client, override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.guards.world import Visit, open_clinic
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("database_roles", stdout=sys.stderr)
    clock, real = TestClock(), clinic_clock.now
    clock.travel_to(real() - timedelta(minutes=30))
    clinic_clock.now = clock.now
    with override_settings(**QUICK):
        clinic, opening, sessions = open_clinic(), clock.now(), []
        for _ in range(SESSIONS):
            clock.travel_to(opening)
            sessions.append(str(Visit(clinic, clock).dosed().id))
        clinic_clock.now = real
        client = Client()
        client.force_login(clinic.nurse)
        client.get("/")
    return {"cookies": {n: m.value for n, m in client.cookies.items()}, "sessions": sessions}


def send(session: str) -> str:
    from django.test import Client, override_settings

    from clinic.models import Staff
    from tests.cluster.load import reading
    from tests.shared import QUICK

    with override_settings(**QUICK):
        client, form = Client(), reading()
        client.force_login(Staff.objects.get(username="nurse-North"))
        answer = client.post(f"/sessions/{session}/reading/", form)
    assert answer.status_code == HTTPStatus.FOUND, answer.status_code
    return form["note"]


if __name__ == "__main__":
    import django

    django.setup()
    json.dump(send(sys.argv[1]) if sys.argv[1:] else seed(), sys.stdout)
