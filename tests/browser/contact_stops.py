"""Staff contact and the page of the minutes, on the demo clinic: part of the walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.urls import reverse

from monitoring.models import Session, StaffContact
from tests.browser.conftest import Person
from tests.browser.stop import SITE, Stop


def contact_stops(observing: Session, save_empty: Callable[[Person], None]) -> Iterator[Stop]:
    """`save_empty` sends a form with nothing in it."""
    contact = StaffContact.objects.filter(session__site__name=SITE).latest("started_at")
    of = contact.session_id
    yield Stop("minutes", "administrator", reverse("minutes", args=[of]))
    yield Stop("minutes-open", "clinician", reverse("minutes", args=[observing.pk]))
    yield Stop("contact", "nurse", reverse("contact-minutes", args=[of]))
    page = reverse("contact-minutes", args=[observing.pk])
    yield Stop("contact-error", "nurse", page, save_empty)
    strike = reverse("contact-minutes-strike", args=[of, contact.pk])
    yield Stop("contact-strike", "clinician", strike)
