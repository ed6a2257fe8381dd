"""The chains of the people and of the organisation: signing in, roles, passwords, sites.

Whatever saves a person, a role or a site through its model, in the same transaction, is told; rows
that were changed below it differ from the log, and verification names them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from clinic import clock, origin, sign_ins, staffing
from clinic.emergency import entry_failed
from clinic.models import ChainHead, Membership, Proposal, Site, Staff, Tablet, TrailEntry
from clinic.shift import pin_failed
from clinic.signin import arrival
from clinic.trail import chain
from clinic.trail.canonical import Columns, columns
from clinic.trail.person import factor, only, person

STRANGERS_AGAIN = timedelta(minutes=15)
MOST_STRANGERS, LOOKED_BACK = 20, 100
MOST_TRIES = 20
"""How many wrong tries are looked at, at most."""
RENEWAL_SHOWN_FOR = timedelta(days=7)


def tablet(row: Tablet, told: Columns | None = None) -> Columns:
    """A tablet as the log has it: when it was last seen is not told."""
    return {k: v for k, v in columns(row).items() if k != "last_seen_at"}


def connect() -> None:
    post_save.connect(_saved_person, sender=Staff, dispatch_uid="trail_person")
    post_save.connect(_saved_role, sender=Membership, dispatch_uid="trail_role")
    post_delete.connect(_deleted_role, sender=Membership, dispatch_uid="trail_role_gone")
    post_save.connect(_saved_proposal, sender=Proposal, dispatch_uid="trail_proposal")
    staffing.link_renewed.connect(_renewed_link, dispatch_uid="trail_renewed_link")
    post_save.connect(_saved_site, sender=Site, dispatch_uid="trail_site")
    post_save.connect(_saved_tablet, sender=Tablet, dispatch_uid="trail_tablet")
    post_save.connect(_saved_factor, sender=Authenticator, dispatch_uid="trail_factor")
    post_delete.connect(_removed_factor, sender=Authenticator, dispatch_uid="trail_factor_gone")
    entry_failed.connect(_wrong_entry, dispatch_uid="trail_wrong_entry")
    sign_ins.ended.connect(_ended_session, dispatch_uid="trail_ended_session")
    pin_failed.connect(_wrong_pin, dispatch_uid="trail_wrong_pin")
    user_logged_in.connect(_signed_in, dispatch_uid="trail_signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="trail_signed_out")
    user_login_failed.connect(_not_signed_in, dispatch_uid="trail_not_signed_in")
    authentication_failed.connect(_wrong_second_factor, dispatch_uid="trail_wrong_second_factor")


def tell_wrong_signature(staff: Staff, proof: str) -> None:
    """Someone signed in as `staff` gave a password or a passkey for a signature that is not theirs.

    `proof` says which of the two."""
    _tell(staff.pk, "staff", "sign_failed", actor_id=staff.pk, proof=proof)


def hold(staff: Staff) -> None:
    """Until the transaction ends nothing else is told on the person's chain: what is counted there
    stays as it was counted."""
    ChainHead.objects.select_for_update().filter(pk=staff.pk).first()


def wrong_signatures(staff: Staff, since: datetime) -> list[datetime]:
    """When that happened after `since`, the latest first."""
    told = TrailEntry.objects.filter(chain=staff.pk, verb="sign_failed", at__gt=since)
    return list(told.order_by("-seq").values_list("at", flat=True)[:MOST_TRIES])


def _tell(
    subject: UUID,
    kind: str,
    verb: str,
    rows: chain.Rows | None = None,
    actor_id: UUID | None = None,
    **detail: object,
) -> None:
    with transaction.atomic():
        chain.append(
            subject,
            kind,
            verb,
            rows=rows or {},
            actor_id=actor_id or origin.current().staff_id,
            detail=detail,
        )


def _saved_person(
    instance: Staff, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    if update_fields is not None and set(update_fields) <= {"last_login"}:
        return
    row = only(person(instance), None if created else update_fields)
    rows: chain.Rows = {"staff": {str(instance.pk): row}}
    _tell(instance.pk, "staff", _change(instance, created, update_fields), rows)


def _change(instance: Staff, created: bool, update_fields: frozenset[str] | None) -> str:
    if created:
        return "add_person"
    if update_fields == frozenset({"is_active"}):
        return "reactivate_person" if instance.is_active else "deactivate_person"
    if update_fields == frozenset({"password"}):
        return "change_password"
    if update_fields == frozenset({"pin"}):
        return "change_pin"
    return "change_person"


def _saved_role(
    instance: Membership, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    row = only(columns(instance), None if created else update_fields)
    rows: chain.Rows = {"membership": {str(instance.pk): row}}
    _tell(instance.staff_id, "staff", _role_change(instance, created), rows)


def _role_change(instance: Membership, created: bool) -> str:
    if instance.role != Membership.Role.EMERGENCY:
        return "grant_role"
    if instance.reviewed_at is not None:
        return "review_emergency"
    return "enter_emergency" if created else "end_emergency"


def _saved_proposal(
    instance: Proposal, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    row = only(columns(instance), None if created else update_fields)
    rows: chain.Rows = {"proposal": {str(instance.pk): row}}
    _tell(instance.staff_id, "staff", _proposal_change(instance), rows)


def _proposal_change(instance: Proposal) -> str:
    if instance.ended_at is None:
        return "propose"
    return "confirm_proposal" if instance.is_confirmed else "cancel_proposal"


def _renewed_link(staff: Staff, **kwargs: Any) -> None:
    _tell(staff.pk, "staff", "renew_link")


Moment = tuple[UUID, datetime]
"""A person, and when they signed."""


def renewals_before(signed: Iterable[Moment]) -> dict[Moment, TrailEntry]:
    """Who took the person's password away for a new link, in the week before each signature; the
    last time. Such a signature says so: the link went through someone else's hands. One query.
    """
    moments = list(signed)
    told = TrailEntry.objects.filter(chain__in={p for p, _at in moments}, verb="renew_link")
    entries = list(told.exclude(actor=None).select_related("actor").order_by("seq"))
    return {
        (staff_id, at): entry
        for staff_id, at in moments
        for entry in entries
        if entry.chain == staff_id and at - RENEWAL_SHOWN_FOR < entry.at <= at
    }


def _deleted_role(instance: Membership, **kwargs: Any) -> None:
    rows: chain.Rows = {"membership": {str(instance.pk): None}}
    _tell(instance.staff_id, "staff", "withdraw_role", rows, role=instance.role)


def _saved_site(
    instance: Site, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    row = only(columns(instance), None if created else update_fields)
    _tell(chain.ORGANISATION, "organisation", "change_site", {"site": {str(instance.pk): row}})


def _saved_tablet(
    instance: Tablet, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    verb = "enrol_tablet" if created else "revoke_tablet"
    row = only(tablet(instance), None if created else update_fields)
    # A change names its columns alone: which tablet of which site is said beside them.
    which: dict[str, Any] = {}
    if not created:
        which = {"site": str(instance.site_id), "name": instance.name}
    _tell(chain.ORGANISATION, "organisation", verb, {"tablet": {str(instance.pk): row}}, **which)


def _saved_factor(
    instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """Also a recovery code that was used: it is struck out in the row."""
    if update_fields is not None and set(update_fields) <= {"last_used_at"}:
        return
    verb = "add_second_factor" if created else "change_second_factor"
    row = only(factor(instance), None if created else update_fields)
    rows: chain.Rows = {"authenticator": {str(instance.pk): row}}
    _tell(instance.user_id, "staff", verb, rows, type=instance.type)


def _removed_factor(instance: Authenticator, **kwargs: Any) -> None:
    rows: chain.Rows = {"authenticator": {str(instance.pk): None}}
    _tell(instance.user_id, "staff", "remove_second_factor", rows, type=instance.type)


def _wrong_entry(staff: Staff, **kwargs: Any) -> None:
    _tell(staff.pk, "staff", "enter_failed", actor_id=staff.pk)


def _ended_session(staff: Staff, **kwargs: Any) -> None:
    _tell(staff.pk, "staff", "end_session")


def _wrong_pin(staff: Staff, **kwargs: Any) -> None:
    _tell(staff.pk, "staff", "pin_failed")


def _signed_in(user: Staff, request: HttpRequest | None = None, **kwargs: Any) -> None:
    # The request began before there was anyone signed in.
    _tell(user.pk, "staff", "sign_in", actor_id=user.pk, means=arrival.means(request))


def _signed_out(user: Staff | None, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if user is not None:
        because = getattr(request, "signed_out_because", "asked")
        _tell(user.pk, "staff", "sign_out", because=because)


def _wrong_second_factor(user: Staff, authenticator: Authenticator, **kwargs: Any) -> None:
    """The password was right, or it would not have been asked for."""
    _tell(user.pk, "staff", "second_factor_failed", type=authenticator.type)


def _not_signed_in(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """On the person's chain, or on the organisation's for a name that is no one's: the name
    itself is not stored, for people type their password there. A person who is signed in was
    asked to confirm it."""
    signed_in = getattr(request, "user", None)
    if isinstance(signed_in, Staff):
        _tell(signed_in.pk, "staff", "confirm_failed", actor_id=signed_in.pk)
        return
    name = credentials.get(Staff.USERNAME_FIELD) or ""
    known = Staff.objects.filter(username=name).values_list("pk", flat=True).first()
    if known:
        _tell(known, "staff", "sign_in_failed")
    else:
        _tell_stranger()


def _tell_stranger() -> None:
    """Once for each address within STRANGERS_AGAIN, and no more than MOST_STRANGERS within it:
    anyone may try names, and must not fill the trail with them."""
    address, since = origin.current().address or "", clock.now() - STRANGERS_AGAIN
    newest = TrailEntry.objects.filter(chain=chain.ORGANISATION).order_by("-seq")[:LOOKED_BACK]
    known = [e for e in newest if e.verb == "sign_in_failed" and e.at > since]
    addresses = {json.loads(e.payload)["detail"].get("address") for e in known}
    if address not in addresses and len(known) < MOST_STRANGERS:
        _tell(chain.ORGANISATION, "organisation", "sign_in_failed", address=address)
