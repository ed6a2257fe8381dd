"""The two kinds of minutes of one session, and the codes they may point to, for its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from monitoring.models import Session, StaffContact, StaffContactStrike
from monitoring.rules import minutes as rules
from monitoring.rules.facts import SessionFacts
from monitoring.rules.minutes import Candidate, Contact, Observation, Role


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact: `at_once` is with how many patients the record has its person at most."""

    row: StaffContact
    strike: StaffContactStrike | None
    minutes: int
    at_once: int
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """`by_role` are minutes in which at least one of that role was with the patient."""

    facts: SessionFacts
    observation: Observation | None
    contacts: tuple[ContactLine, ...]
    by_role: tuple[tuple[Role, int], ...]
    candidates: tuple[Candidate, ...]


def minutes(session: Session) -> Minutes:
    """Read from `session`, which was loaded whole; two queries."""
    facts, (lines, others) = session.facts(), contacts(session)
    standing = [_plain(line.row) for line in lines if line.strike is None]
    day = timezone.localtime(facts.first_dose_at or session.planned_for).date()
    roles: tuple[Role, ...] = ("nurse", "clinician")
    return Minutes(
        facts,
        rules.observation(facts),
        tuple(lines),
        tuple((r, rules.contact_minutes(c for c in standing if c.role == r)) for r in roles),
        rules.candidates(facts, day, standing, others),
    )


def contacts(session: Session) -> tuple[list[ContactLine], list[Contact]]:
    """Every contact of the session in the order of time, and what the same people recorded of other
    patients meanwhile."""
    session.load([StaffContact])
    rows = sorted(session.rows.of(StaffContact), key=lambda row: (row.started_at, row.pk))
    strikes = {row.pk: session.rows.beside(row, StaffContactStrike) for row in rows}
    plain = {row.pk: _plain(row) for row in rows}
    others = _elsewhere(session, plain.values())
    lines = [
        ContactLine(
            row,
            strikes[row.pk],
            plain[row.pk].minutes,
            rules.at_once(plain[row.pk], others),
            strikes[row.pk] is None and rules.counts(plain[row.pk], others),
        )
        for row in rows
    ]
    return lines, others


def _elsewhere(session: Session, own: Iterable[Contact]) -> list[Contact]:
    """What the same people recorded of other patients while they were with this one: how many
    they were is told, and never who."""
    own = list(own)
    if not own:
        return []
    found = StaffContact.objects.filter(
        recorded_by__in={contact.person for contact in own},
        started_at__lt=max(contact.ended_at for contact in own),
        ended_at__gt=min(contact.began_at for contact in own),
        strike=None,
    )
    return [_plain(row) for row in found.exclude(session=session)]


def _plain(row: StaffContact) -> Contact:
    role: Role = "clinician" if row.role == StaffContact.Role.CLINICIAN else "nurse"
    return Contact(
        row.pk,
        row.session_id,
        row.recorded_by_id,
        role,
        row.started_at,
        row.ended_at,
        row.patients_at_once,
    )
