"""Times as the pages ask for them and show them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

import clinic
import monitoring
from clinic.ids import uuid7
from clinic.models import Staff
from monitoring.models import Event
from monitoring.web.times import ClockTime, Typed
from monitoring.words import wording
from tests.factories.answers import WELL
from tests.factories.followed import Clock
from tests.factories.visits import dosed, predosed

SignedIn = Callable[[Staff], Client]
REASON = "Called to another patient"


def test_a_dose_entered_late_asks_why_and_says_so_on_the_session_and_on_page_one(
    signed_in: SignedIn, clock: Clock
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=1)
    client, at = signed_in(visit.nurse), clock.now()
    clock.forward(minutes=24)
    page = reverse("dose", args=[visit.id])
    data = {
        "id": str(uuid7()),
        "lot": "A1",
        "identified_by": "birth_date",
        "expiry": "2027-12-31",
        "sprays": "2",
        "started_at": at.astimezone(visit.site.tz).strftime("%H:%M"),
    }
    response = client.post(page, data)
    assert response.status_code == 422
    assert "Say why it is entered late." in response.content.decode()
    ends = (at + timedelta(minutes=120)).astimezone(visit.site.tz)
    read_back = f"{data['started_at']}, 24 min ago; the window then ends at {ends:%H:%M}."
    assert f"{read_back} Is this the time?" in response.content.decode()
    data |= {"late_reason": REASON}
    assert client.post(page, data).status_code == 422
    data |= {"started_at_confirmed": at.isoformat()}
    assert client.post(page, data).status_code == 302
    session = client.get(reverse("session", args=[visit.id])).content.decode()
    assert f"Entered late: {REASON}" in session
    assert f"Saved {clock.now().astimezone(visit.site.tz):%H:%M:%S}." in session
    report = client.get(reverse("session-report", args=[visit.id])).content.decode()
    assert f"Device 1 entered 24 min after it was given: {REASON}" in report


def test_an_event_entered_late_is_on_page_one(signed_in: SignedIn, clock: Clock) -> None:
    visit = dosed(clock)
    at = clock.now()
    clock.forward(minutes=12)
    visit.event(at=at, late_reason=REASON)
    report = signed_in(visit.nurse).get(reverse("session-report", args=[visit.id]))
    assert f"Note entered 12 min after it: {REASON}" in report.content.decode()


NEW_YORK = ZoneInfo("America/New_York")
ZONES = st.sampled_from([NEW_YORK, ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")])
CHANGES = st.sampled_from(
    [
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2026, 11, 1, 6, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
    ]
)


def read(sent: Typed, now: datetime, zone: ZoneInfo = NEW_YORK) -> datetime:
    with patch("clinic.clock.now", lambda: now), timezone.override(zone):
        return ClockTime().clean(sent)


@settings(max_examples=80)
@given(CHANGES, st.integers(-90_000, 90_000), st.integers(0, 1440), ZONES)
def test_an_instant_that_a_script_set_is_the_moment_that_is_stored_and_shown(
    change: datetime, seconds: int, back: int, zone: ZoneInfo
) -> None:
    """On every night that the clocks change, in either of two hours that look alike."""
    now = change + timedelta(seconds=seconds)
    at = now - timedelta(minutes=back)
    shown = at.astimezone(zone).strftime("%H:%M")
    assert read(Typed(shown, at.isoformat()), now, zone) == at
    with patch("clinic.clock.now", lambda: now), timezone.override(zone):
        told = wording.read_back({"at": at, "now": now, "side": "", "window_ends_at": None})
    assert shown in told


NOW = datetime(2026, 3, 10, 17, 20, 30, tzinfo=UTC)
"""13:20 in New York."""


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (Typed(), NOW),
        (Typed("13:20"), NOW),
        (Typed("1:20"), datetime(2026, 3, 10, 5, 20, tzinfo=UTC)),
        (Typed("1:20 pm"), NOW),
        (Typed("11:05", day="2026-03-09"), datetime(2026, 3, 9, 15, 5, tzinfo=UTC)),
        # The words were changed after the script had set them, or the day was.
        (Typed("13:10", "2026-03-10T17:05:00Z"), datetime(2026, 3, 10, 17, 10, tzinfo=UTC)),
        (
            Typed("13:05", "2026-03-10T17:05:00Z", "2026-03-09"),
            datetime(2026, 3, 9, 17, 5, tzinfo=UTC),
        ),
        # What is no instant, or has no zone, counts for nothing.
        (Typed("13:05", "soon"), datetime(2026, 3, 10, 17, 5, tzinfo=UTC)),
        (Typed("13:05", "2026-03-10T13:05:00"), datetime(2026, 3, 10, 17, 5, tzinfo=UTC)),
        (Typed("13:05", "0001-01-01T00:00:00Z"), datetime(2026, 3, 10, 17, 5, tzinfo=UTC)),
        (Typed("13:05", "9999-12-31T23:59:00-12:00"), datetime(2026, 3, 10, 17, 5, tzinfo=UTC)),
    ],
)
def test_what_is_sent_for_a_time_is_read(sent: Typed, expected: datetime) -> None:
    assert read(sent, NOW) == expected


@pytest.mark.parametrize(
    "sent",
    [
        Typed("soon"),
        Typed("25:00"),
        Typed("13:05", day="yesterday"),
        Typed("", day="2026-03-09"),
        Typed("2:30", day="2026-03-08"),
        Typed("23:00", day="9999-12-31"),
        Typed("00:00", day="0001-01-01"),
    ],
)
def test_what_names_no_moment_is_refused_at_the_field(sent: Typed) -> None:
    with pytest.raises(ValidationError):
        read(sent, NOW)


def test_a_session_of_another_day_takes_the_day_beside_the_time(
    signed_in: SignedIn, clock: Clock
) -> None:
    visit = dosed(clock)
    client, page = signed_in(visit.nurse), reverse("event", args=[visit.id])
    assert "at_day" not in client.get(page).content.decode()
    at = clock.now()
    clock.forward(minutes=24 * 60 + 25)
    shown = client.get(page).content.decode()
    local = at.astimezone(visit.site.tz)
    assert f'name="at_day" value="{local:%Y-%m-%d}"' in shown
    data = {
        "id": str(uuid7()),
        "kind": "note",
        "detail": "Comfortable",
        "at": f"{local:%H:%M}",
        "at_day": f"{local:%Y-%m-%d}",
        "late_reason": REASON,
    }
    asked = client.post(page, data)
    assert asked.status_code == 422
    told = f"{local:%d-%b-%Y %H:%M}, 24 h 25 min ago, 5 min after the first dose."
    assert f"{told} Is this the time?" in asked.content.decode()
    confirmed = re.search(r'name="at_confirmed"[^>]*value="([^"]+)"', asked.content.decode())
    assert confirmed is not None
    assert client.post(page, data | {"at_confirmed": confirmed[1]}).status_code == 302
    kept = Event.objects.get()
    assert kept.at == at.replace(second=0, microsecond=0)


def test_twenty_past_one_after_a_dose_at_ten_is_asked_before_it_counts(
    signed_in: SignedIn, clock: Clock
) -> None:
    """A pressure of the emergency tier, entered at 13:20 with "1:20", was a night before."""
    visit = dosed(clock)
    clock.forward(minutes=190)
    client, page = signed_in(visit.nurse), reverse("reading", args=[visit.id])
    data = {k: str(v) for k, v in WELL.items()} | {
        "id": str(uuid7()),
        "systolic": "210",
        "diastolic": "115",
        "confirm_systolic": "on",
        "confirm_diastolic": "on",
        "late_reason": "busy",
    }
    hour = clock.now().astimezone(visit.site.tz)
    assert hour.hour == 13
    twelve = f"{hour.hour - 12}:{hour.minute:02d}"
    asked = client.post(page, data | {"taken_at": twelve})
    assert asked.status_code == 422
    words = f"0{twelve}, 12 h 0 min ago, before admission. Is this the time?"
    assert words in asked.content.decode()
    answer = client.post(page, data | {"taken_at": f"{twelve} pm"})
    assert "Is this the time" not in answer.content.decode()


def test_every_time_on_every_form_is_the_one_field() -> None:
    """No form reads a time in a way of its own."""
    others = re.compile(r"forms\.(Split)?(Date)?TimeField")
    rooms = [Path(str(package.__file__)).parent for package in (clinic, monitoring)]
    found = [p.name for room in rooms for p in room.rglob("*.py") if others.search(p.read_text())]
    assert found == []
