"""Times as the pages ask for them and show them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from clinic.models import Staff
from monitoring.models.fact import uuid7
from tests.factories.courses import Clock, dosed, predosed

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
        "expiry": "2027-12-31",
        "is_complete": "yes",
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
    assert f"On the server {clock.now().astimezone(visit.site.tz):%H:%M}." in session
    report = client.get(reverse("session-report", args=[visit.id])).content.decode()
    assert f"Device 1 entered 24 min after it was given: {REASON}" in report


def test_an_event_entered_late_is_on_page_one(signed_in: SignedIn, clock: Clock) -> None:
    visit = dosed(clock)
    at = clock.now()
    clock.forward(minutes=12)
    visit.event(at=at, late_reason=REASON)
    report = signed_in(visit.nurse).get(reverse("session-report", args=[visit.id]))
    assert f"Note entered 12 min after it: {REASON}" in report.content.decode()
