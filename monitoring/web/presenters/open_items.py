"""What is still open, each with the page that closes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import Permission
from monitoring.models import Session
from monitoring.rules.readiness import Item
from monitoring.web import links, wording
from monitoring.web.next_step import Permissions

NEEDED = {
    "response": Permission.RECORD_EVENT,
    "decision": Permission.DECIDE_DOSE,
    "admission": Permission.ADMIT_PATIENT,
    "patient": Permission.AMEND_PATIENT,
    "planning": Permission.PLAN_SESSION,
    "dose": Permission.GIVE_DOSE,
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


def _open_item(session: Session, item: Item, permissions: Permissions) -> OpenItem:
    if item.code == "window":
        ends_at = cast(datetime, item.params["ends_at"])
        at = timezone.localtime(ends_at).strftime("%H:%M")
        return OpenItem(_("Observation until %(at)s") % {"at": at}, "", ends_at)
    needed = NEEDED.get(item.closes)
    href = links.closes(session, item) if needed in permissions else ""
    words = wording.item(item)
    if needed == Permission.AMEND_SITE and not href:
        words = _("%(item)s: ask an administrator") % {"item": words}
    return OpenItem(words, href)
