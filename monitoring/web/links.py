"""Which page closes an open item."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from clinic.pages.addresses import reverse
from monitoring.models import Session
from monitoring.rules.due import Due
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.readiness import Item
from monitoring.rules.repeats import Repeat

_PAGES = {
    "admission": "admission",
    "decision": "decision",
    "dose": "dose",
    "order": "order",
    "screen": "screen",
    "prescriber": "prescriber",
    "planning": "session-cancel",
}


def closes(session: Session, item: Item) -> str:
    """The address of the page that closes `item`; empty where only time does."""
    if item.closes == "response":
        return reverse("response", args=[session.pk, item.about])
    if item.closes == "review":
        return reverse("event-review", args=[session.pk, item.about])
    if item.closes == "strike":
        return reverse("strike-confirm", args=[session.pk, item.about])
    if item.closes == "patient":
        return enrolment(session.patient_id, reverse("session", args=[session.pk]))
    if item.code == "infusion_running":
        return reverse("infusion-end", args=[session.pk])
    if item.closes == "reading":
        if item.code == "repeat":
            return repeat_reading(session, item.about)
        if isinstance(item.about, int):
            return reading(session, item.about)
        return reading(session, None if session.first_dose_at else PRE_DOSE)
    if item.closes == "site":
        return reverse("site")
    if page := _PAGES.get(item.closes):
        return reverse(page, args=[session.pk])
    return ""


def reading(session: Session, asked: int | None) -> str:
    """The page that records a reading for the slot `asked`, or an additional one."""
    address = reverse("reading", args=[session.pk])
    return address if asked is None else f"{address}?slot={asked}"


def repeat_reading(session: Session, about: object) -> str:
    """The page that records the repeat that is due because of the fact `about`."""
    return f"{reverse('reading', args=[session.pk])}?repeat={about}"


def due(session: Session, found: Due) -> str:
    """The page that records what is measured next."""
    if isinstance(found, Repeat):
        return repeat_reading(session, found.about)
    return reading(session, found.minutes)


def enrolment(patient_id: UUID, here: str) -> str:
    """The page that puts down a patient's REMS enrolment, and comes back `here`."""
    back = urlencode({"at": "rems_enrolled_on", "next": here})
    return f"{reverse('patient-amend', args=[patient_id])}?{back}"
