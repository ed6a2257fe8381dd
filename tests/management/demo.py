"""The demo clinic as the tests build it."""

from __future__ import annotations

from io import StringIO

from django.core.management import call_command

from monitoring.models import Reading, Session


def build(**options: object) -> str:
    out = StringIO()
    call_command("demo", stdout=out, **{"days": 6, **options})
    return out.getvalue()


def content() -> list[tuple[object, ...]]:
    readings = Reading.objects.order_by("session__patient__mrn", "taken_at", "seq")
    return list(
        readings.values_list(
            "pk", "session_id", "session__patient__mrn", "taken_at", "systolic", "dissociation"
        )
    )


def made(state: str) -> Session:
    """One session more, in that state."""
    out = StringIO()
    before = set(Session.objects.values_list("pk", flat=True))
    call_command("demo", session=state, stdout=out)
    (new,) = Session.objects.exclude(pk__in=before)
    assert f"/sessions/{new.pk}/" in out.getvalue()
    return Session.read(new.pk)
