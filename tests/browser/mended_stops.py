"""What was entered in error or wrongly, on the demo clinic: part of the walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse

from monitoring.models import Call, Dose, Reading, Session, Strike
from tests.browser.conftest import Person
from tests.browser.stop import SITE, Stop


def _move(person: Person, onto: Reading) -> None:
    """To the time of another reading, which asks whether both were measured."""
    page, at = person.page, onto.taken_at.astimezone(onto.session.site.tz)
    page.get_by_text("The time was wrong").click()
    page.get_by_label("When it was really taken").fill(f"{at:%H:%M}")
    page.get_by_label("Why corrected").fill("Read off the wrong line")
    page.locator("[name=late_reason]").fill("Seen only now")
    person.tap("Save correction")
    page.locator("[data-error-summary]").wait_for()
    if page.get_by_label("Yes, this is the time").is_visible():
        page.get_by_label("Yes, this is the time").check()
        person.tap("Save correction")
    page.locator("[name=another]").wait_for()


def mended_stops(infusing: Session, save_empty: Callable[[Person], None]) -> Iterator[Stop]:
    """`save_empty` sends a form with nothing in it."""
    strikes = Strike.objects.filter(session__site__name=SITE).select_related("session")
    waiting = strikes.filter(needs_confirmation=True, confirmation=None).latest("recorded_at")
    struck = strikes.filter(noun="reading").latest("recorded_at").session
    corrected = Dose.objects.filter(replaces__isnull=False, session__site__name=SITE).latest("seq")
    watched = waiting.session
    page = reverse("session", args=[watched.pk])
    yield Stop("session-strike-waits", "nurse", page)
    yield Stop("session-strike-waits-clinician", "clinician", page)
    yield Stop("session-struck", "clinician", reverse("session", args=[struck.pk]))
    yield Stop("report-struck", "administrator", reverse("session-report", args=[struck.pk]))
    moved, there = (Reading.objects.get(session=watched, slot=slot) for slot in (30, 40))
    path = reverse("reading-correct", args=[watched.pk, moved.pk])
    yield Stop("reading-moved", "nurse", path, lambda person: _move(person, there))
    session = corrected.session_id
    yield Stop("session-corrected", "nurse", reverse("session", args=[session]))
    dose = Dose.objects.filter(session=watched).latest("seq")
    strike = reverse("strike", args=[watched.pk, "dose", dose.pk])
    yield Stop("strike", "nurse", strike)
    yield Stop("strike-error", "nurse", strike, save_empty)
    again = reverse("strike", args=[watched.pk, waiting.noun, waiting.target])
    yield Stop("strike-again", "nurse", again)
    call = Call.objects.filter(had_adverse_event=True, session__site__name=SITE).latest("seq")
    path = reverse("strike", args=[call.session_id, "call", call.pk])
    yield Stop("strike-call", "clinician", path)
    confirm = reverse("strike-confirm", args=[watched.pk, waiting.pk])
    yield Stop("strike-confirm", "clinician", confirm)
    yield Stop("strike-confirm-error", "clinician", confirm, save_empty)
    correct = reverse("dose-correct", args=[watched.pk, dose.pk])
    yield Stop("dose-correct", "nurse", correct)
    yield Stop("dose-correct-error", "nurse", correct, save_empty)
    event = watched.event_set.exclude(pk=waiting.target).latest("seq")
    yield Stop("event-correct", "nurse", reverse("event-correct", args=[watched.pk, event.pk]))
    yield Stop("session-infusion", "nurse", reverse("session", args=[infusing.pk]))
    yield Stop("infusion-resume", "nurse", reverse("dose", args=[infusing.pk]))
    yield Stop("infusion-end", "nurse", reverse("infusion-end", args=[infusing.pk]))
