"""A person, their roles and second factors, as their own chain has them.

Of what lets someone in the chain holds a keyed digest, never the secret or its hash. Whoever writes
a hash, a role or a second factor of their own into the database has no key to tell it with, so that
the rows are compared with the chain when they are used: at signing in, and under a signature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Count, Q, Subquery

from clinic import clock
from clinic.models import ChainHead, Membership, Staff, TrailEntry
from clinic.trail import chain, keys
from clinic.trail.canonical import Columns, canonical, columns
from clinic.trail.differences import Held, differences
from clinic.trail.replay import UNREADABLE, replay

SECRETS = ("password", "pin")
NOT_TOLD = frozenset({*SECRETS, "last_login", "last_site_id"})
TABLES = ("staff", "membership", "authenticator")
LATELY = timedelta(minutes=1)
"""How long a request may take in which a person is read at first and compared at last."""


def fingerprint(secret: str, logged: object = None) -> str:
    """The digest of `secret` under the key that `logged` names, or else under the key of now.

    What was logged before digests were keyed is a plain SHA-256. A key that is not given here gives
    a digest that nothing is equal to.
    """
    if isinstance(logged, str) and logged and ":" not in logged:
        return hashlib.sha256(secret.encode()).hexdigest()
    key_id = logged.split(":")[0] if isinstance(logged, str) and logged else keys.current()
    try:
        return f"{key_id}:{keys.sign(key_id, secret)}"
    except keys.UnknownKey:
        return f"{key_id}: not given"


def person(staff: Staff, logged: Columns | None = None) -> Columns:
    """A person as the log has them: of password and PIN a digest alone; `logged` says under which
    key it is to be compared."""
    row = columns(staff)
    # A migration may read a person from before there were PINs, who has none.
    digests = {
        f"{k}_digest": fingerprint(row[k], (logged or {}).get(f"{k}_digest"))
        for k in SECRETS
        if k in row
    }
    return {**{k: v for k, v in row.items() if k not in NOT_TOLD}, **digests}


def factor(row: Authenticator, logged: Columns | None = None) -> Columns:
    """A second factor as the log has it: of what it is checked against a digest alone. When it was
    last used is not logged."""
    return {
        "id": row.pk,
        "user_id": str(row.user_id),
        "type": row.type,
        "data_digest": fingerprint(canonical(row.data), (logged or {}).get("data_digest")),
    }


def only(row: Columns, fields: Iterable[str] | None) -> Columns:
    """Of `row` the columns that a save named: what else stands in the table was not read again, and
    is not logged a second time as if it had been recorded."""
    if fields is None:
        return row
    names = {name for f in fields for name in (f, f"{f}_id", f"{f}_digest")}
    return {name: value for name, value in row.items() if name in names}


def is_recorded(staff: Staff) -> bool:
    """Whether `staff` as they were read, their roles and their second factors are what their chain
    tells, in entries that a key signed and of which none is missing.

    Someone may change the rows between the statements that read them. Where they disagree they are
    read again while the chain's head is held, so that no one appends to it meanwhile.
    """
    if _agrees(staff, staff):
        return True
    with transaction.atomic():
        ChainHead.objects.select_for_update().filter(pk=staff.pk).first()
        now = Staff.objects.filter(pk=staff.pk).first()
        return now is not None and _agrees(staff, now)


def _agrees(read: Staff, now: Staff) -> bool:
    """Whether the rows are what the chain tells; `read` is the person as they were read a moment
    ago, `now` as they stand."""
    found = _entries(now.pk)
    # As many entries as the head says.
    if not found or found[0].counted != found[0].told:
        return False
    try:
        if any(chain.digest_of(entry) != entry.digest for entry in found):
            return False
        log = {t: rows for t, rows in replay(found).items() if t in TABLES}
        is_same = not any(differences(log, _held(now, log)))
        return is_same and (read is now or _was(read, found))
    except (keys.UnknownKey, *UNREADABLE):
        return False


def _was(read: Staff, entries: list[TrailEntry]) -> bool:
    """Whether the person's own row was logged as it was read: last, or before what was appended
    within LATELY."""
    since = clock.now() - LATELY
    for count in range(len(entries), 0, -1):
        logged = replay(entries[:count]).get("staff", {})
        row = person(read, logged.get(str(read.pk)))
        if not any(differences({"staff": logged}, {"staff": [(str(read.pk), row)]})):
            return True
        if entries[count - 1].at < since:
            return False
    return False


def _entries(chain_id: UUID) -> list[Any]:
    """The entries that tell of the person's rows, in one query with how many the whole chain has
    and how many its head says that it has."""
    whole = TrailEntry.objects.filter(chain=chain_id)
    about = Q()
    for table in TABLES:
        about |= Q(payload__contains=f'"{table}":{{')
    every = whole.order_by().values("chain").annotate(count=Count("pk")).values("count")
    head = ChainHead.objects.filter(pk=chain_id).values("count")
    counts = {"counted": Subquery(every), "told": Subquery(head)}
    return list(whole.filter(about).order_by("seq").annotate(**counts))


def _held(staff: Staff, log: dict[str, dict[str, Columns]]) -> Held:
    def logged(table: str, key: Any) -> Columns | None:
        return log.get(table, {}).get(str(key))

    roles = Membership.objects.filter(staff=staff.pk)
    factors = Authenticator.objects.filter(user=staff.pk)
    return {
        "staff": [(str(staff.pk), person(staff, logged("staff", staff.pk)))],
        "membership": [(str(role.pk), columns(role)) for role in roles],
        "authenticator": [(str(f.pk), factor(f, logged("authenticator", f.pk))) for f in factors],
    }
