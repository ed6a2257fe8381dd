"""Each cell of the export of readings is what the models say, on either engine."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from monitoring.models import Reading, Session
from monitoring.models.standing import struck
from monitoring.reports import readings_export
from monitoring.reports.register import NEWEST, ORDERS
from monitoring.rules.facts import whole_minutes
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, discharged, observed, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    """With a correction, a strike, what was not done, a formula, and what came after leaving."""
    site = SiteFactory.create(time_zone="America/New_York")
    patient = PatientFactory.create(site=site, family_name="=1+1", given_name="")
    visit = observed(clock, through=40, site=site, patient=patient)
    first = visit.read(None, note='-1 "quoted", and\na second line')
    visit.correct(first, systolic=141)
    visit.strike(visit.read(None, heart_rate=None, heart_rate_not_done="refused"))
    visit.leave("against_advice")
    clock.travel_to(clock.now() + timedelta(seconds=90.25))
    visit.read(None, oxygen=Decimal("2.5"), late_reason="Battery empty")
    clock.forward(minutes=60)
    discharged(clock, site=site, patient=PatientFactory.create(site=site))
    planned(clock, site=site, patient=PatientFactory.create(site=site))
    return visit


def exported(visit: Visit) -> list[dict[str, str]]:
    found = ORDERS[NEWEST].of(Session.objects.at(visit.site))
    chunks = [text for _about, text in readings_export.readings(found, visit.site)]
    text = "".join(c if isinstance(c, str) else c.decode() for c in chunks)
    headings = [column.heading for column in readings_export.columns()]
    rows = csv.reader(io.StringIO(text, newline=""))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_each_cell_is_what_the_models_say(visit: Visit) -> None:
    order = ("-session__planned_for", "-session", "taken_at", "seq")
    kept = Reading.objects.filter(session__site=visit.site).annotate(is_struck=struck(Reading))
    rows = exported(visit)
    assert len(rows) > 9
    assert rows == [cells(reading, visit) for reading in kept.order_by(*order)]
    assert connection.timezone_name == "UTC"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW TimeZone")
            assert cursor.fetchone() == ("UTC",)


@pytest.mark.parametrize("size", [1, 2])
def test_however_many_sessions_are_read_at_once(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    whole = exported(visit)
    monkeypatch.setattr(readings_export, "SESSIONS", size)
    assert exported(visit) == whole


def cells(reading: Any, visit: Visit) -> dict[str, str]:
    session, patient = reading.session, reading.session.patient
    later = Reading.objects.filter(replaces=reading).first()
    first = session.first_dose_at
    found = {
        "Session": session.pk,
        "Family name": plain(patient.family_name),
        "Given name": plain(patient.given_name),
        "MRN": plain(patient.mrn),
        "Reading": reading.pk,
        "Opened for minute": reading.slot,
        "Taken": time(reading.taken_at, visit),
        "Minutes after the first dose": first and whole_minutes(reading.taken_at - first),
        "Note": plain(reading.note),
        "Recorded": time(reading.recorded_at, visit),
        "Recorded by": reading.recorded_by.printed_name,
        "Why entered late": reading.late_reason,
        "After departure": "Yes" if reading.after_departure else "",
        "Corrects": reading.replaces_id,
        "Why corrected": reading.correction_reason,
        "Corrected by": later and later.pk,
        "Entered in error": "Yes" if reading.is_struck else "",
    }
    for key, observation in OBSERVATIONS.items():
        for measure in observation.every_measure:
            found[f"{measure.name} ({measure.unit})"] = getattr(reading, measure.key)
        if observation.is_scale:
            found[observation.name] = getattr(reading, key)
            found[f"{observation.name}: scale"] = getattr(reading, f"{key}_scale")
        reason = getattr(reading, f"{key}_not_done")
        found[f"{observation.name}: why not done"] = reason and NOT_DONE_REASONS[reason]
    headings = [column.heading for column in readings_export.columns()]
    assert set(found) == set(headings)
    return {h: "" if found[h] is None else str(found[h]) for h in headings}


def plain(text: str) -> str:
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def time(at: datetime, visit: Visit) -> str:
    return f"{at.astimezone(visit.site.tz):%Y-%m-%d %H:%M:%S.%f}".rstrip("0").rstrip(".") + "-04"
