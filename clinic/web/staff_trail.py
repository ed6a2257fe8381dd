"""The trail of a person and of a site, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership, Site, Tablet, TrailEntry
from clinic.pages import moments
from clinic.trail.chain import ORGANISATION
from clinic.web.site_form import SiteForm

ENTRIES = 50
ENTRY_WORDS = {
    "open_site": gettext_lazy("Site opened"),
    "amend_site": gettext_lazy("Site changed"),
    "require_second_factor": gettext_lazy("Site changed"),
    "publish_protocol": gettext_lazy("Published a protocol"),
    "change_protocol": gettext_lazy("Changed a protocol"),
    "enrol_tablet": gettext_lazy("Tablet enrolled"),
    "revoke_tablet": gettext_lazy("Tablet revoked"),
    "invite_person": gettext_lazy("Invited"),
    "accept_invitation": gettext_lazy("Chose a password by the link"),
    "amend_contact": gettext_lazy("Contact changed"),
    "amend_own_contact": gettext_lazy("Contact changed"),
    "change_roles": gettext_lazy("Roles changed"),
    "deactivate_person": gettext_lazy("Deactivated"),
    "reactivate_person": gettext_lazy("Reactivated"),
    "renew_link": gettext_lazy("New link to choose a password"),
    "propose_new_sign_in": gettext_lazy("Proposed, to be confirmed"),
    "confirm_proposal": gettext_lazy("Confirmed and done"),
    "cancel_proposal": gettext_lazy("Cancelled"),
    "enter_emergency": gettext_lazy("Entered in an emergency"),
    "enter_failed": gettext_lazy("Wrong password to enter in an emergency"),
    "leave_emergency": gettext_lazy("Emergency access ended before its time"),
    "end_emergency": gettext_lazy("Emergency access ended before its time"),
    "review_emergency": gettext_lazy("Emergency access reviewed"),
    "change_password": gettext_lazy("Password changed"),
    "choose_pin": gettext_lazy("PIN chosen"),
    "pin_failed": gettext_lazy("Wrong PIN on a tablet"),
    "end_sign_in": gettext_lazy("Signed out by an administrator"),
    "save_view": gettext_lazy("View of the register saved"),
    "rename_view": gettext_lazy("View of the register renamed"),
    "delete_view": gettext_lazy("View of the register deleted"),
    "sign_in": gettext_lazy("Signed in"),
    "sign_out": gettext_lazy("Signed out"),
    "sign_in_failed": gettext_lazy("Tried to sign in with a wrong password"),
    "confirm_failed": gettext_lazy("Wrong password to confirm a change of the account"),
    "add_second_factor": gettext_lazy("Second factor added"),
    "change_second_factor": gettext_lazy("Second factor changed, or a recovery code used"),
    "remove_second_factor": gettext_lazy("Second factor taken away"),
    "second_factor_failed": gettext_lazy("Wrong second factor"),
    "sign_failed": gettext_lazy("Tried to sign a clearance with a wrong password or passkey"),
}
"""A sentence for each entry on the chains of people and of the organisation."""
MEANS_WORDS = {
    "password": gettext_lazy("password"),
    "totp": gettext_lazy("authenticator app"),
    "webauthn": gettext_lazy("passkey"),
    "recovery_codes": gettext_lazy("recovery code"),
    "pin": gettext_lazy("PIN"),
}
SIGN_OUT_WORDS = {
    "idle": gettext_lazy("no activity for a while"),
    "locked": gettext_lazy("tablet handed over"),
    "shift_over": gettext_lazy("twelve hours had passed"),
}
OF_TABLETS = ("enrol_tablet", "revoke_tablet")
OF_SITE = (
    "open_site",
    "amend_site",
    "require_second_factor",
    "publish_protocol",
    "change_protocol",
    *OF_TABLETS,
)


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the trail. `detail` is how, why or which; empty where the verb says it all.

    `device` is the name of the site's tablet, or the beginning of what the browser is called.
    """

    at: datetime
    words: str
    detail: str
    by: str
    device: str


def of_person(staff_id: UUID, site: Site) -> list[Told]:
    entries = TrailEntry.objects.filter(chain=staff_id).select_related("actor").order_by("-seq")
    return told(entries[:ENTRIES], site)


def of_site(site: Site, verbs: tuple[str, ...] = OF_SITE) -> list[Told]:
    """What was changed of the site, its tablets and its protocols; of no other site."""
    logged = TrailEntry.objects.filter(chain=ORGANISATION, verb__in=verbs)
    entries = logged.filter(payload__contains=str(site.pk))
    return told(entries.select_related("actor").order_by("-seq")[:ENTRIES], site)


def tablet_names(site: Site) -> dict[str, str]:
    """By device, the name of the site's tablet."""
    enrolled = Tablet.objects.filter(site=site).order_by("enrolled_at")
    return dict(enrolled.values_list("device", "name"))


def told(entries: Iterable[TrailEntry], site: Site) -> list[Told]:
    """A line for each of `entries`, which are on chains of people or of the organisation."""
    names = tablet_names(site)
    return [
        Told(
            at=entry.at,
            words=str(ENTRY_WORDS.get(entry.verb, entry.verb)),
            detail=_detail(json.loads(entry.payload), site),
            by=entry.actor.printed_name if entry.actor else "",
            device=names.get(entry.device, entry.device[:8]),
        )
        for entry in entries
    ]


def means(used: Iterable[str]) -> str:
    """Such as "password, authenticator app"."""
    return ", ".join(str(MEANS_WORDS.get(one, one)) for one in used)


def _detail(payload: dict[str, Any], site: Site) -> str:
    rows, detail = payload.get("rows", {}), payload.get("detail", {})
    found = [
        means(detail.get("means", ())),
        means([detail["type"]] if "type" in detail else ()),
        means([detail["proof"]] if "proof" in detail else ()),
        str(SIGN_OUT_WORDS.get(detail.get("because", ""), "")),
        _left(detail.get("left_at")),
        detail.get("name", ""),
        *(_version(row) for row in rows.get("protocolversion", {}).values() if row),
        *(_role_at(row, site) for row in rows.get("membership", {}).values() if row),
        *(_("%(role)s withdrawn") % {"role": _role_words(r)} for r in detail.get("withdrawn", ())),
        *(_proposal(row) for row in rows.get("proposal", {}).values() if row),
        *(row.get("name", "") for row in rows.get("tablet", {}).values() if row),
        *(row.get("name", "") for row in rows.get("savedview", {}).values() if row),
        *(_site(row) for row in rows.get("site", {}).values() if row),
    ]
    return "; ".join(words for words in found if words)


def _left(at: str | None) -> str:
    """Of who signed out while the database took nothing."""
    if at is None:
        return ""
    when = moments.day_clock(datetime.fromisoformat(at))
    return _("at %(when)s, when nothing could be written") % {"when": when}


def _role_words(role: str) -> str:
    return str(dict(Membership.Role.choices).get(role, role))


def _proposal(row: dict[str, Any]) -> str:
    if "role" not in row:  # how it ended is told by itself
        return ""
    return _role_words(row["role"]) or _("new sign-in without the previous second factors")


def _version(row: dict[str, Any]) -> str:
    """Such as "Ketamine infusion, version 2: the director asks for more"."""
    return ": ".join(part for part in (f"{row['title']}, {row['version']}", row["reason"]) if part)


def _role_at(row: dict[str, Any], site: Site) -> str:
    """The role with the reason of an emergency, saying where it is not here."""
    words = _role_words(row.get("role", ""))
    if row.get("site_id", str(site.pk)) != str(site.pk):
        words = _("%(role)s at another site") % {"role": words}
    said = row.get("review") or row.get("reason") or ""
    return ": ".join(part for part in (words, said) if part)


def _site(row: dict[str, Any]) -> str:
    """What was entered of a site, with the value that it has since."""
    said = [
        f"{field.label}: {_value(row[name])}"
        for name, field in SiteForm.base_fields.items()
        # A new site is logged whole: what is empty says nothing.
        if not field.widget.is_hidden and name in row and (row[name] or "id" not in row)
    ]
    if "requires_second_factor" in row:
        needed = row["requires_second_factor"]
        said.append(_("second factor needed") if needed else _("second factor not needed"))
    return ", ".join(said)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) if value else _("empty")
