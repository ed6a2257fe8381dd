"""A session of SPRAVATO as the monitoring form asks about it, whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.rules.form_source import Device, FormSource, Pressure, Ratings

FIRST = datetime(2026, 3, 10, 14, tzinfo=UTC)
ANSWERED = {
    "vitals_before": True,
    "vitals_end": True,
    "respiratory": False,
    "pressure_increase": False,
}


def at(minutes: int) -> datetime:
    return FIRST + timedelta(minutes=minutes)


WHOLE = FormSource(
    given_name="Ann",
    family_name="Abbott",
    birth_date=date(1980, 5, 17),
    sex="female",
    enrolled_on=date(2026, 1, 5),
    is_first_treatment=False,
    benzodiazepine=False,
    hypnotic=False,
    opioid=False,
    stimulant=True,
    maoi=False,
    monitor_first_name="Rosa",
    monitor_last_name="Delgado",
    monitor_telephone="555 0100",
    monitor_email="rosa@example.org",
    site_name="Harbour",
    address="1 Quay",
    address_2="Floor 2",
    city="Boston",
    state="MA",
    postal_code="02110",
    zone=ZoneInfo("America/New_York"),
    first_dose_at=FIRST,
    ended_at=at(131),
    devices=(Device(28, "L1"), Device(28, "L1")),
    ready_minutes=95,
    pressure_before=Pressure(120, 80),
    pressure_40=Pressure(141, 88),
    pressure_end=Pressure(122, 79),
    oxygen_saturations=(98, 95, 97),
    sedation=Ratings(5, ((at(40), 4), (at(80), 5), (at(120), 5))),
    dissociation=Ratings(0, ((at(40), 2), (at(80), 1), (at(120), 0))),
    was_serious=False,
    serious_events=(),
    answers=ANSWERED,
)


def source(**given: Any) -> FormSource:
    return replace(WHOLE, **given)
