"""The shell of a verb that changes one session: lock, load, check, write, count, append."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache, update_wrapper
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from django.db import models

from clinic import origin
from clinic.access import Permission
from clinic.models import Staff
from clinic.refusal import NotAllowed, refuse
from clinic.trail import chain
from clinic.trail.canonical import Columns, columns
from clinic.verbs import Declared, Verb, Work, sent_before, verb
from monitoring.actions import derived, forms
from monitoring.actions.sending import AGAIN, FIRST, Sending, require_same_time
from monitoring.models import Departure, Session
from monitoring.models.facts import facts_of
from monitoring.models.history import history_of, load_history
from monitoring.models.row import Sent, SessionFact
from monitoring.models.rows import load
from monitoring.models.session import recorded
from monitoring.rules.clocks import ahead
from monitoring.rules.codes import PhaseCode, Second
from monitoring.rules.deviations import deviations
from monitoring.rules.facts import Phase, ReadingFacts, SessionFacts, whole_minutes
from monitoring.rules.lateness import is_late
from monitoring.rules.people import observers, prescribers
from monitoring.rules.phase import phase_of

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=SessionFact)
M = TypeVar("M", bound=models.Model)

WRITABLE = (
    "phase",
    "room",
    "planned_mg",
    "prescriber",
    "observer",
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
    "form_due_at",
    "form_filed_seq",
    "form_changed",
    "closed_at",
    "outcome",
)
"""What verbs may change on the session row; never `last_seq`, which the database moves."""


def session_verb(
    permission: Permission, *, phases: Iterable[Phase], is_whole: bool = True, name: str = ""
) -> Callable[[Callable[Concatenate[SessionWork, P], R]], Verb[Concatenate[UUID, Staff, P], R]]:
    """Make a verb of a function that takes the locked session as `SessionWork` first; it is called
    with the session's id and the acting person instead.

    What the function added is stored and appended to the trail when it returns. `is_whole` loads
    every noun; otherwise only what a reading is judged by. Raises NotAllowed for who may not at
    the session's site, also for a session that does not exist: neither is told apart.
    """

    def declare(
        action: Callable[Concatenate[SessionWork, P], R],
    ) -> Verb[Concatenate[UUID, Staff, P], R]:
        def opened(
            work: Work, session_id: UUID, by: Staff, /, *args: P.args, **kwargs: P.kwargs
        ) -> R:
            session_work = open_session(work, session_id, by, is_whole=is_whole)
            made = action(session_work, *args, **kwargs)
            session_work.finish()
            return made

        return verb(permission, phases=phases, name=name)(update_wrapper(opened, action))

    return declare


class SessionWork(Work):
    """A locked session with its facts, as a verb works on it.

    `add` inserts a fact with the next number; `insert` a row that does not move the counter, a
    signature or a departure. `finish` stores the phase and the roll-ups, and appends to the trail.
    `detail` is appended beside the rows.
    """

    def __init__(
        self, declared: Declared, session: Session, by: Staff, *, is_whole: bool = True
    ) -> None:
        super().__init__(declared)
        self.session = session
        self.by: Staff = by
        self.facts: SessionFacts = session.facts() if is_whole else session.facts_loaded()
        self._facts_before = self.facts
        self.detail: Mapping[str, object] = {}
        self.is_changed = False
        self._before = columns(session)

    def sent(
        self,
        rows: Iterable[M],
        id: UUID,
        given: Mapping[str, object],
        sending: Sending = FIRST,
        **times: datetime,
    ) -> M | None:
        """The row that was made when the same form was sent before, or None; `times` are the ones
        that an empty input leaves to the server. Raises Conflict where it stands for others."""
        rows = list(rows)
        stored = next((row for row in rows if row.pk == id), None)
        if stored is not None and "late_reason" in given:
            reason = sending.reason(str(given["late_reason"]), str(columns(stored)["late_reason"]))
            given = {**given, "late_reason": reason}
        if (found := sent_before(rows, id, given)) is not None:
            for name, at in times.items():
                require_same_time(found, name, at, sending)
        return found

    def late_reason(self, given: str, at: datetime, sending: Sending) -> str:
        """Why what happened `at` is late: as it was given, or that it waited on the tablet."""
        is_waiting = sending.judged_at(self.now) != self.now
        is_unsaid = not given.strip() and is_late(self.facts.protocol, at, self.now)
        return sending.waited if is_waiting and is_unsaid else given

    def require_phase(self) -> None:
        """Raises Refused unless the session is in a phase in which this verb is allowed."""
        if self._before["phase"] not in self.declared.phases:
            raise refuse("wrong_phase", phase=PhaseCode(self.session.phase))

    def require_once(
        self, rows: Iterable[SessionFact], sending: Sending, code: str, given: Mapping[str, object]
    ) -> None:
        """Refuse with `code`, at "another", what the same person recorded in this session a moment
        ago; answered with "another" it is recorded."""
        if sending.is_another:
            return
        for row in rows:
            if row.pk in sending.known:
                continue
            is_recent = self.now - row.recorded_at < AGAIN and row.recorded_by_id == self.by.pk
            if is_recent and all(getattr(row, name) == value for name, value in given.items()):
                raise refuse(code, "another", at=Second(row.recorded_at))

    def add(self, fact: F) -> F:
        """Insert `fact` as the session's next one. The database moves the counter with it."""
        fact.session = self.session
        fact.seq = self.session.last_seq + 1
        fact.recorded_by = self.by
        fact.recorded_at = self.now
        if isinstance(fact, Sent):
            fact.sent_by_id = origin.current().sent_by
        self.insert(fact)
        self.session.last_seq = fact.seq
        self.session.take(fact)
        now = facts_of(self.session.rows, is_whole=self.facts.is_whole)
        self.facts = replace(now, phase=self.facts.phase)
        return fact

    def insert(self, row: M) -> M:
        """Insert a row that does not move the counter. Raises Refused as `require_phase`."""
        self.require_phase()
        self.is_changed = True
        return super().insert(row)

    def end(self, reason: str) -> Session:
        """End a session in which nothing was given."""
        self.require_phase()
        self.is_changed = True
        self.session.cancel_reason = reason
        self.session.cancelled_at = self.now
        self.session.cancelled_by = self.by
        self.facts = replace(self.facts, phase="cancelled")
        return self.session

    def admit(self) -> None:
        """The patient has arrived: from here on the facts give the phase."""
        self.session.admitted_at = self.now
        self.facts = replace(self.facts, is_admitted=True, admitted_at=self.now)

    def load_whole(self) -> None:
        """Load every noun of the session, which is locked already, before anything is changed."""
        rows = self.session.rows
        load([self.session], [noun for noun in recorded() if not rows.has(noun)])
        self.facts = self._facts_before = self.session.facts()

    def load_history(self) -> None:
        """Load what the patient's earlier sessions ask, for a verb that rests on it."""
        load_history([self.session])
        self.facts = replace(self.facts, history=history_of(self.session))

    @property
    def rows(self) -> chain.Rows:
        """What this verb has inserted so far, as the trail will have it."""
        return chain.rows_of(*self.inserted)

    def finish(self) -> None:
        """Store the phase and roll-ups that the facts now give, and append to the trail; nothing
        where nothing was changed, as when the same form was sent twice."""
        if not self.is_changed:
            return
        session, facts = self.session, self.facts
        facts = replace(facts, phase=phase_of(facts))
        session.phase = facts.phase
        if session.phase not in {Session.Phase.CLEARED, Session.Phase.CLOSED}:
            session.standing_clearance = None
        session.first_dose_at = facts.first_dose_at
        session.last_dose_at = facts.last_dose_at
        session.given_mg = Decimal(str(facts.given_mg))
        pressures = [r for r in facts.after_dose if r.has_value("blood_pressure")]
        session.peak_systolic = _peak(pressures, "systolic")
        session.peak_diastolic = _peak(pressures, "diastolic")
        if facts.is_whole:
            if facts.ordered is not None:
                session.planned_mg = Decimal(str(facts.ordered.mg))
            session.prescriber_id = next((s.person for s in prescribers(facts)[-1:]), None)
            session.observer_id = next((s.person for s in observers(facts)[-1:]), None)
            session.deviation_count = len(deviations(facts, self.now))
        was_over = self._before["phase"] == Session.Phase.CLOSED
        session.form_due_at = forms.due_of(session, facts, was_over=was_over)
        is_filed_now = session.form_filed_seq != self._before["form_filed_seq"]
        is_filed = session.form_filed_seq is not None and not is_filed_now
        session.form_changed = is_filed and forms.is_changed(session.pk)
        now = columns(session)
        if changed := self._changed(now):
            session.save(update_fields=changed)
        derived.keep(session, self._facts_before, facts, self.inserted)
        self._append(now)

    def _changed(self, now: Columns) -> list[str]:
        """The columns of the session that are other than when it was locked. Most readings change
        none: the database has moved the counter by itself."""
        return [name for name, column in _columns() if now[column] != self._before[column]]

    def _append(self, now: Columns) -> None:
        """Append what was inserted to the session's chain, and which of its columns changed."""
        session = self.session
        changed = {k: v for k, v in now.items() if v != self._before[k]}
        rows = self.rows
        if changed:
            rows["session"] = {str(session.pk): changed}
        chain.append(
            session.pk,
            "session",
            self.declared.name,
            rows=rows,
            actor_id=self.by.pk,
            detail=self.detail,
        )


@cache
def _columns() -> list[tuple[str, str]]:
    """What verbs may change, each with the name of its column."""
    fields = {field.name: field.attname for field in Session._meta.concrete_fields}
    return [(name, fields[name]) for name in WRITABLE]


def _peak(pressures: Sequence[ReadingFacts], field: str) -> int | None:
    return max((int(r.value(field) or 0) for r in pressures), default=None)


def open_session(work: Work, session_id: UUID, by: Staff, *, is_whole: bool) -> SessionWork:
    """Lock the session, check that `by` may do this at its site, and load its facts once.

    Raises NotAllowed, also for a session that does not exist: neither is told apart.
    """
    session = Session.locked(session_id, is_whole=is_whole)
    if session is None:
        raise NotAllowed(work.declared.name)
    work.require(by, session.site)
    if not is_whole and session.phase == Session.Phase.CLOSED:
        load([session], [Departure])
    found = SessionWork(work.declared, session, by, is_whole=is_whole)
    if to_come := ahead(found.facts, found.now):
        minutes = whole_minutes(to_come - found.now)
        logger.warning("the clock went back: session %s is %d min ahead", session.pk, minutes)
    return found
