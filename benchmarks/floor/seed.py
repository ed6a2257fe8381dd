"""Fill the floor's database: sixty sessions with twenty readings each, half of them open."""

from __future__ import annotations

from datetime import timedelta

import django

SESSIONS, OPEN = 60, 30


def seed() -> None:
    django.setup()
    from django.db import connection
    from django.utils import timezone

    from floor.models import Reading, Session

    with connection.schema_editor() as editor:
        editor.create_model(Session)
        editor.create_model(Reading)
    began = timezone.now() - timedelta(hours=1)
    sessions = Session.objects.bulk_create(
        Session(patient=f"PATIENT {n}, Anna", started_at=began, dose_mg=56, is_open=n < OPEN)
        for n in range(SESSIONS)
    )
    Reading.objects.bulk_create(
        Reading(
            session=session,
            taken_at=began + timedelta(minutes=3 * number),
            systolic=130,
            diastolic=82,
            heart_rate=70,
            spo2=98,
            respiratory_rate=14,
            sedation=5,
            dissociation=0,
        )
        for session in sessions
        for number in range(20)
    )


if __name__ == "__main__":
    seed()
