"""The rows of one session against its log."""

from __future__ import annotations

from clinic.models import TrailEntry
from clinic.trail.canonical import columns, digest
from clinic.trail.differences import Held, differences, table_of
from clinic.trail.replay import State, payload
from monitoring.models import ProtocolVersion, Session
from monitoring.models.rows import load, own_tables
from monitoring.proof import raw


def disagrees(session: Session, entries: list[TrailEntry], log: State) -> bool:
    """Whether the rows of `session`, loaded with its whole record, are other than its log tells:
    in what they hold, in number, or in the form in which they are written; or its protocol is
    another than it was planned under."""
    if not entries or any(differences(log, loaded(session))):
        return True
    version = session.protocol_version
    planned = payload(entries[0])["detail"].get("protocol")
    if planned and planned != digest(columns(version)):
        return True
    rows = raw.of_session(session.pk)
    return any(raw.odd([*rows, (ProtocolVersion, "id", version.pk)]))


def loaded(session: Session) -> Held:
    """The rows of a session that was loaded with its whole record; what is not clinical, and so was
    not loaded with it, is loaded now."""
    load([session], [noun for noun in own_tables() if not noun.is_clinical])
    return table_of([session, *session.rows.every()])
