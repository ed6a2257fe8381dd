"""What the chains of people say of their signatures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clinic.models import ChainHead, Staff, TrailEntry
from clinic.trail import chain

SIGN_FAILED = "sign_failed"
MOST_TRIES = 20
"""How many wrong attempts are looked at, at most."""
RENEWAL_SHOWN_FOR = timedelta(days=7)

Moment = tuple[UUID, datetime]
"""A person, and when they signed."""


def log_wrong_signature(staff: Staff, proof: str) -> None:
    """Someone signed in as `staff` gave a password or a passkey for a signature that is not theirs.

    `proof` says which of the two."""
    with transaction.atomic():
        chain.append(
            staff.pk,
            "staff",
            SIGN_FAILED,
            rows={},
            actor_id=staff.pk,
            detail={"proof": proof},
        )


def hold(staff: Staff) -> None:
    """Until the transaction ends nothing else is appended to the person's chain: what is counted
    there stays as it was counted."""
    ChainHead.objects.select_for_update().filter(pk=staff.pk).first()


def wrong_signatures(staff: Staff, since: datetime) -> list[datetime]:
    """When that happened after `since`, the latest first."""
    failed = TrailEntry.objects.filter(chain=staff.pk, verb=SIGN_FAILED, at__gt=since)
    return list(failed.order_by("-seq").values_list("at", flat=True)[:MOST_TRIES])


def renewals_before(signed: Iterable[Moment]) -> dict[Moment, TrailEntry]:
    """Who took the person's password away for a new link, in the week before each signature; the
    last time. Such a signature says so: the link went through someone else's hands. One query.
    """
    moments = list(signed)
    renewals = TrailEntry.objects.filter(chain__in={p for p, _at in moments}, verb="renew_link")
    entries = list(renewals.exclude(actor=None).select_related("actor").order_by("seq"))
    return {
        (staff_id, at): entry
        for staff_id, at in moments
        for entry in entries
        if entry.chain == staff_id and at - RENEWAL_SHOWN_FOR < entry.at <= at
    }
