"""What the pages that list something cost, for archives that are ten times as large each.

    python benchmarks/pages_cost.py [--readings 10000 100000 1000000] [--rounds 7]

The archives are those of `register_cost.py`, with an entry of the trail and of the access log for
each reading. Each list is asked for as by a browser, with each of its filters, at its first page
and far down. What is taken is the processor's time, of this process and of the database's; the
archives are asked in turns. A ratio is that of the largest to the smallest.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import psycopg
from register_cost import YEAR, Archive, made, measured, told

SINCE, UNTIL = f"{YEAR}-06-01", f"{YEAR}-06-07"
_LOGGED = (
    """INSERT INTO clinic_trailentry
        (id, chain, seq, verb, at, actor_id, device, payload, previous, digest, key_id)
    SELECT gen_random_uuid(), r.session_id, r.seq, 'record_reading', r.recorded_at,
        r.recorded_by_id, '', '{"rows":{},"detail":{}}', '', md5(r.id::text), 'bench'
    FROM monitoring_reading r JOIN monitoring_session s ON s.id = r.session_id
    WHERE NOT EXISTS (SELECT 1 FROM clinic_chainhead h WHERE h.id = s.id)""",
    """INSERT INTO clinic_chainhead (id, kind, count, digest)
    SELECT s.id, 'session', 10, '' FROM monitoring_session s
    WHERE NOT EXISTS (SELECT 1 FROM clinic_chainhead h WHERE h.id = s.id)""",
    """INSERT INTO monitoring_accessentry
        (id, at, staff_id, site_id, patient_id, session_id, action, page, device)
    SELECT gen_random_uuid(), r.recorded_at, r.recorded_by_id, s.site_id, s.patient_id, s.id,
        (ARRAY['opened', 'printed', 'exported', 'listed'])[1 + r.seq % 4], 'session', ''
    FROM monitoring_reading r JOIN monitoring_session s ON s.id = r.session_id""",
)


def logged(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        for text in _LOGGED:
            connection.execute(text)
        connection.execute("VACUUM (ANALYZE)")


def addresses(session: Any, staff: Any) -> Iterator[tuple[str, str]]:
    """What is asked for, by name."""
    for name in ("patients", "reviews", "calls", "forms", "staff", "staff/sign-ins", "tablets"):
        yield name, f"/{name}/"
    for words in ("smith", "family7", "M77", "nobody"):
        yield f"patients: {words}", f"/patients/?q={words}"
    yield "a patient", f"/patients/{session.patient_id}/"
    week = f"since={SINCE}&until={UNTIL}"
    asked = {
        "all": "session=",
        "a week": week,
        "until then": f"until={UNTIL}",
        "of a session": f"session={session.pk}",
        "of a patient": "patient=M77",
        "of many patients": "patient=smith",
        "of no patient": "patient=nobody",
    }
    for name, query in asked.items():
        yield f"access log: {name}", f"/access/?{query}&action="
        yield f"trail: {name}", f"/trail/?{query}"
    for action in ("but_lists", "opened", "exported", "matched"):
        yield f"access log: {action}", f"/access/?action={action}"
    yield "access log: by a person", f"/access/?staff={staff.pk}&action="
    yield "trail: by a person", f"/trail/?by={staff.pk}"
    yield "trail: about a person", f"/trail/?person={staff.pk}"
    for verb in ("record_reading", "plan_session", "open_site"):
        yield f"trail: {verb}", f"/trail/?verb={verb}"
    for kind in ("session", "patient", "staff", "organisation"):
        yield f"trail: about a {kind}", f"/trail/?about={kind}"


def pages(archive: Archive) -> Iterator[tuple[str, Callable[[], object]]]:
    from django.test import Client

    from clinic.models import TrailEntry
    from monitoring.models import AccessEntry, Patient, Session
    from tests.factories.people import person

    archive.here()
    session: Any = Session.objects.select_related("site").latest("planned_for")
    clients = {role: Client() for role in ("administrator", "clinician")}
    for role, client in clients.items():
        client.force_login(person(session.site, role))
    nurse = AccessEntry.objects.exclude(page="patients").latest("at").staff
    far = {
        "patients: far down": f"/patients/?after={_middle(Patient.objects.order_by('pk'))}",
        "trail: far down": f"/trail/?after={_middle(TrailEntry.objects.order_by('at'))}&session=",
    }

    def asking(address: str) -> Callable[[], object]:
        role = "clinician" if address in {"/reviews/", "/calls/"} else "administrator"

        def ask() -> object:
            answer = clients[role].get(address)
            assert answer.status_code == HTTPStatus.OK, (address, answer.status_code)
            return answer

        return ask

    for name, address in {**dict(addresses(session, nurse)), **far}.items():
        yield name, asking(address)


def _middle(rows: Any) -> object:
    return rows.values_list("pk", flat=True)[rows.count() // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, nargs="+", default=[10**4, 10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    archives = made("pages", asked.readings, logged)
    from django.test import override_settings

    from tests.shared import QUICK

    with override_settings(**QUICK):
        sys.exit(not told(measured(archives, asked.rounds, pages)))


if __name__ == "__main__":
    main()
