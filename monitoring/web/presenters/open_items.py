"""What is still open, each with the page that closes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic import clock
from clinic.access import Permission
from clinic.models import Site
from clinic.pages import moments
from clinic.pages.addresses import reverse
from monitoring.models import Patient, Session
from monitoring.rules.readiness import Item, rems_missing
from monitoring.rules.rems import holds
from monitoring.web import links
from monitoring.web.floor.next_step import Permissions
from monitoring.words import wording

NEEDED = {
    "response": Permission.RECORD_EVENT,
    "review": Permission.REVIEW_EVENT,
    "strike": Permission.CONFIRM_STRIKE,
    "decision": Permission.DECIDE_DOSE,
    "order": Permission.ORDER_DOSE,
    "prescriber": Permission.HAND_OVER,
    "admission": Permission.ADMIT_PATIENT,
    "patient": Permission.AMEND_PATIENT,
    "planning": Permission.PLAN_SESSION,
    "dose": Permission.GIVE_DOSE,
    "screen": Permission.RECORD_EVENT,
    "reading": Permission.RECORD_READING,
    "site": Permission.AMEND_SITE,
}
"""Who closes what, in the order in which a person turns to it; time closes the rest."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """`href` is empty where only time closes it, or another role; `until` is counted down."""

    words: str
    href: str
    until: datetime | None = None


def open_items(session: Session, items: Iterable[Item], permissions: Permissions) -> list[OpenItem]:
    order = [*NEEDED, "time", ""]
    ordered = sorted(items, key=lambda item: order.index(item.closes))
    return [_open_item(session, item, permissions) for item in ordered]


def missing_for_rems(
    patient: Patient, site: Site, here: str, permissions: Permissions
) -> list[OpenItem]:
    """What will keep a patient of `site` from being dosed under REMS, each with the page that
    closes it and comes back to `here`."""
    if site.is_inpatient:
        return []
    today = timezone.localtime(clock.now(), site.tz).date()
    items = rems_missing(
        holds(today, site.rems_certified_on, site.rems_certified_until),
        holds(today, patient.rems_enrolled_on),
    )
    pages = {"site": reverse("site"), "patient": links.enrolment(patient.pk, here)}
    return [_with_page(item, pages[item.closes], permissions) for item in items]


def _with_page(item: Item, page: str, permissions: Permissions) -> OpenItem:
    """`item` with `page` for who may close it there."""
    needed = NEEDED.get(item.closes)
    href = page if needed in permissions else ""
    words = wording.item(item)
    if needed == Permission.AMEND_SITE and not href:
        words = _("%(item)s: ask an administrator") % {"item": words}
    return OpenItem(words, href)


def _open_item(session: Session, item: Item, permissions: Permissions) -> OpenItem:
    if item.code == "window":
        ends_at = cast(datetime, item.params["ends_at"])
        at = moments.clock(ends_at)
        return OpenItem(_("Observation until %(at)s") % {"at": at}, "", ends_at)
    return _with_page(item, links.closes(session, item), permissions)
