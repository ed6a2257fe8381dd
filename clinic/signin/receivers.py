"""What Django and the sign-in library save and signal by themselves, taken over here and only here:
who came in and went, wrong attempts, and second factors.

Our own models have no receivers: their changes are verbs (see `clinic.actions`).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from clinic import clock, origin, sign_ins
from clinic.models import Staff, TrailEntry
from clinic.signin import arrival
from clinic.trail import chain
from clinic.trail.person import factor, only

STRANGERS_AGAIN = timedelta(minutes=15)
MOST_STRANGERS, LOOKED_BACK = 20, 100


class Entry(StrEnum):
    """What these entries of the trail are called."""

    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SIGN_IN_FAILED = "sign_in_failed"
    CONFIRM_FAILED = "confirm_failed"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    ADD_SECOND_FACTOR = "add_second_factor"
    CHANGE_SECOND_FACTOR = "change_second_factor"
    REMOVE_SECOND_FACTOR = "remove_second_factor"


def connect() -> None:
    """In this order: a sign-in is logged with the means that the arrival found."""
    user_logged_in.connect(_arrived, dispatch_uid="arrived")
    user_logged_in.connect(_signed_in, dispatch_uid="signed_in")
    user_logged_out.connect(_left, dispatch_uid="left")
    user_logged_out.connect(_signed_out, dispatch_uid="signed_out")
    user_login_failed.connect(_not_signed_in, dispatch_uid="not_signed_in")
    authentication_failed.connect(_wrong_second_factor, dispatch_uid="wrong_second_factor")
    authenticator_added.connect(_factors_changed, dispatch_uid="factor_added")
    authenticator_removed.connect(_factors_changed, dispatch_uid="factor_removed")
    post_save.connect(_saved_factor, sender=Authenticator, dispatch_uid="saved_factor")
    post_delete.connect(_deleted_factor, sender=Authenticator, dispatch_uid="deleted_factor")


def _append(
    entry: Entry,
    staff_id: UUID,
    rows: chain.Rows | None = None,
    actor_id: UUID | None = None,
    **detail: object,
) -> None:
    with transaction.atomic():
        chain.append(
            staff_id,
            "staff",
            entry.value,
            rows=rows or {},
            actor_id=actor_id or origin.current().staff_id,
            detail=detail,
        )


def _arrived(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    arrival.arrived(request, user)
    sign_ins.remember(request, user)


def _left(request: HttpRequest, user: Staff | None, **kwargs: Any) -> None:
    arrival.left(request, user)
    sign_ins.forget(request)


def _factors_changed(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    arrival.changed(request, user)


def _saved_factor(
    instance: Authenticator, created: bool, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    """Also a recovery code that was used: it is struck out in the row."""
    if update_fields is not None and set(update_fields) <= {"last_used_at"}:
        return
    entry = Entry.ADD_SECOND_FACTOR if created else Entry.CHANGE_SECOND_FACTOR
    row = only(factor(instance), None if created else update_fields)
    rows: chain.Rows = {"authenticator": {str(instance.pk): row}}
    _append(entry, instance.user_id, rows, type=instance.type)


def _deleted_factor(instance: Authenticator, **kwargs: Any) -> None:
    rows: chain.Rows = {"authenticator": {str(instance.pk): None}}
    _append(Entry.REMOVE_SECOND_FACTOR, instance.user_id, rows, type=instance.type)


def _signed_in(user: Staff, request: HttpRequest | None = None, **kwargs: Any) -> None:
    # The request began before there was anyone signed in.
    _append(Entry.SIGN_IN, user.pk, actor_id=user.pk, means=arrival.means(request))


def _signed_out(user: Staff | None, request: HttpRequest | None = None, **kwargs: Any) -> None:
    if user is not None:
        because = getattr(request, "signed_out_because", "asked")
        _append(Entry.SIGN_OUT, user.pk, because=because)


def left_at(staff_id: UUID, at: datetime) -> None:
    """The person signed out at `at`, when nothing could be written."""
    _append(Entry.SIGN_OUT, staff_id, because="asked", left_at=at.isoformat())


def _wrong_second_factor(user: Staff, authenticator: Authenticator, **kwargs: Any) -> None:
    """The password was right, or it would not have been asked for."""
    _append(Entry.SECOND_FACTOR_FAILED, user.pk, type=authenticator.type)


def _not_signed_in(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    """On the person's chain, or on the organisation's for a name that is no one's: the name
    itself is not stored, for people type their password there. A person who is signed in was
    asked to confirm it."""
    signed_in = getattr(request, "user", None)
    if isinstance(signed_in, Staff):
        _append(Entry.CONFIRM_FAILED, signed_in.pk, actor_id=signed_in.pk)
        return
    name = credentials.get(Staff.USERNAME_FIELD) or ""
    known = Staff.objects.filter(username=name).values_list("pk", flat=True).first()
    if known:
        _append(Entry.SIGN_IN_FAILED, known)
    else:
        _append_stranger()


def _append_stranger() -> None:
    """Once for each address within STRANGERS_AGAIN, and no more than MOST_STRANGERS within it:
    anyone may try names, and must not fill the trail with them."""
    address, since = origin.current().address or "", clock.now() - STRANGERS_AGAIN
    newest = TrailEntry.objects.filter(chain=chain.ORGANISATION).order_by("-seq")[:LOOKED_BACK]
    known = [e for e in newest if e.verb == Entry.SIGN_IN_FAILED and e.at > since]
    addresses = {json.loads(e.payload)["detail"].get("address") for e in known}
    if address in addresses or len(known) >= MOST_STRANGERS:
        return
    with transaction.atomic():
        chain.append(
            chain.ORGANISATION,
            "organisation",
            Entry.SIGN_IN_FAILED.value,
            rows={},
            actor_id=origin.current().staff_id,
            detail={"address": address},
        )
