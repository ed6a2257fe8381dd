"""One transaction over one session: lock, load, check, write, count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError, OperationalError, models, transaction

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Staff
from clinic.trail import chain
from clinic.trail.canonical import columns
from monitoring import guards
from monitoring.actions.outcome import NotAllowed, refuse
from monitoring.models import (
    Admission,
    Decision,
    Dose,
    Event,
    Reading,
    Session,
    facts,
)
from monitoring.models.fact import Fact
from monitoring.rules.clocks import ahead
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import CLOCKS_APART, Phase, SessionFacts, whole_minutes
from monitoring.rules.phase import phase_of

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Fact)

CLOCK_TOLERANCE = CLOCKS_APART
"""How far ahead of the server a tablet's clock may run before its time counts as future."""

SERIALIZATION_FAILURE, DEADLOCK_DETECTED = "40001", "40P01"
TRIES = 3


def verb(action: Callable[P, R]) -> Callable[P, R]:
    """Run `action` in one transaction that is committed when it returns.

    Refuses to write while a guard of the database is missing. A deadlock or a serialization
    failure is tried again: nothing of the first try was kept. Raises Refused where a guard of the
    database refused what a person can mend.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        guards.require()
        for last in range(TRIES):
            try:
                with transaction.atomic(durable=True):
                    return action(*args, **kwargs)
            except OperationalError as error:
                state = getattr(error.__cause__, "sqlstate", None)
                if state not in {SERIALIZATION_FAILURE, DEADLOCK_DETECTED} or last == TRIES - 1:
                    raise
                time.sleep(0.05 * (last + 1))
            except IntegrityError as error:
                code = next((c for g, c in GUARDS_OF_CLOCKS.items() if g in str(error)), None)
                if code is None:
                    raise
                raise refuse(code) from error
        raise AssertionError("unreachable")

    return run


GUARDS_OF_CLOCKS = {
    "guard_clearance_signed_in_time": "signed_ahead",
    "guard_departure_left_in_time": "left_out_of_time",
}
"""What a person is told where the database's own clock, or the times of the record, refused."""


_NOUNS: dict[type[Fact], tuple[str, Callable[[Any], object]]] = {
    Admission: ("admissions", facts.admission_facts),
    Decision: ("decisions", facts.decision_facts),
    Dose: ("doses", facts.dose_facts),
    Event: ("events", facts.event_facts),
    Reading: ("readings", facts.reading_facts),
}


class Record:
    """A locked session with its facts, as a verb works on it.

    `add` writes a fact with the next number; `finish` stores the phase and the roll-ups, and tells
    the trail.
    """

    def __init__(self, session: Session, by: Staff, now: datetime) -> None:
        self.session = session
        self.by = by
        self.now = now
        self.facts: SessionFacts = session.facts()
        self._before = columns(session)
        self._written: list[models.Model] = []

    def add(self, fact: F) -> F:
        """Insert `fact` as the session's next one. The database moves the counter with it."""
        fact.session = self.session
        fact.seq = self.session.last_seq + 1
        fact.recorded_by = self.by
        fact.recorded_at = self.now
        self.keep(fact)
        self.session.last_seq = fact.seq
        self.facts = replace(self.facts, last_seq=fact.seq)
        if type(fact) in _NOUNS:
            noun, read = _NOUNS[type(fact)]
            longer: Any = {noun: (*getattr(self.facts, noun), read(fact))}
            self.facts = replace(self.facts, **longer)
        return fact

    def keep(self, row: models.Model) -> None:
        """Insert a row that does not move the counter: a signature or a departure."""
        row.save(force_insert=True)
        self._written.append(row)

    def set_phase(self, phase: Phase) -> None:
        self.facts = replace(self.facts, phase=phase)

    def admit(self) -> None:
        """The patient has arrived: from here on the facts give the phase."""
        self.session.admitted_at = self.now
        self.facts = replace(self.facts, is_admitted=True, admitted_at=self.now)

    def whole(self) -> Record:
        """The same locked session with every noun loaded."""
        session = Session.objects.with_record().get(pk=self.session.pk)
        return Record(session, self.by, self.now)

    @property
    def written(self) -> chain.Rows:
        """What this verb has inserted so far, as the trail will tell it."""
        return chain.rows_of(*self._written)

    def finish(self, verb: str, detail: Mapping[str, object] | None = None) -> None:
        """Store the phase and roll-ups that the facts now give, and append `verb` to the trail."""
        session, facts = self.session, self.facts
        facts = replace(facts, phase=phase_of(facts))
        session.phase = facts.phase
        if session.phase not in {Session.Phase.CLEARED, Session.Phase.CLOSED}:
            session.standing_clearance = None
        session.first_dose_at = facts.first_dose_at
        session.last_dose_at = facts.last_dose_at
        session.given_mg = Decimal(str(facts.given_mg))
        pressures = [r for r in facts.after_dose if r.has_value("blood_pressure")]
        session.peak_systolic = max(
            (int(r.value("systolic") or 0) for r in pressures), default=None
        )
        session.peak_diastolic = max(
            (int(r.value("diastolic") or 0) for r in pressures), default=None
        )
        if facts.is_whole:
            session.deviation_count = len(deviations(facts, self.now))
        session.save(update_fields=_KEPT)
        self._tell(verb, detail)

    def _tell(self, verb: str, detail: Mapping[str, object] | None) -> None:
        """Append what was written to the session's chain, and which of its columns changed."""
        session = self.session
        after = columns(session)
        changed = {k: v for k, v in after.items() if v != self._before[k]}
        rows = self.written
        if changed:
            rows["session"] = {str(session.pk): changed}
        chain.append(session.pk, "session", verb, rows=rows, actor_id=self.by.pk, detail=detail)


_KEPT = (
    "phase",
    "room",
    "prescriber",
    "admitted_at",
    "cancelled_at",
    "cancelled_by",
    "cancel_reason",
    "standing_clearance",
    "first_dose_at",
    "last_dose_at",
    "given_mg",
    "peak_systolic",
    "peak_diastolic",
    "deviation_count",
    "closed_at",
    "outcome",
)
"""What verbs may change on the session row; never `last_seq`, which the database moves."""


def open_record(
    session_id: UUID, by: Staff, permission: Permission, *, is_whole: bool = True
) -> Record:
    """Lock the session, load its facts once, and check that `by` may do this at its site.

    Raises NotAllowed, also for a session that does not exist: neither is told apart.
    """
    sessions = Session.objects.select_for_update(of=("self",))
    lean = sessions.with_observations().prefetch_related("standing_clearance")
    loaded = sessions.with_record() if is_whole else lean
    session = loaded.filter(pk=session_id).first()
    if session is None or not access.may(by, permission, session.site):
        raise NotAllowed(permission.value)
    record = Record(session, by, clock.now())
    if to_come := ahead(record.facts, record.now):
        minutes = whole_minutes(to_come - record.now)
        logger.warning("the clock went back: session %s is %d min ahead", session.pk, minutes)
    return record


def require_phase(record: Record, *phases: str) -> None:
    if record.session.phase not in phases:
        raise refuse("wrong_phase", phase=record.session.phase)


def require_not_future(record: Record, at: datetime, field: str) -> None:
    """Refuse a time more than two minutes ahead of the server, at its field."""
    if at > record.now + CLOCK_TOLERANCE:
        raise refuse("future", field, at=at, now=record.now)


def require_text(value: str, field: str) -> str:
    text = value.strip()
    if not text:
        raise refuse("required", field)
    return text
