"""Mark a fact as entered in error: it stays readable and counts in nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.models.row import name_of
from clinic.refusal import refuse
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Admission, Strike, StrikeConfirmation
from monitoring.models.facts import facts_of
from monitoring.models.row import SessionFact, SessionRow
from monitoring.models.rows import SessionRows, load
from monitoring.models.together import made_with
from monitoring.rules.codes import Second
from monitoring.rules.facts import SessionFacts
from monitoring.rules.phase import PRESENT
from monitoring.rules.strikes import needs_clinician


@session_verb(Permission.RECORD_EVENT, phases=(*PRESENT, "closed"))
def strike(
    work: SessionWork, *, id: UUID, noun: str, target: UUID, kind: str, reason: str
) -> Strike:
    """Mark the fact `target` of `noun`, and what it had replaced, as entered in error; with it,
    each by a strike of its own, what the same entry made beside it.

    Its author may, or a clinician. Where it takes a dose away, closes an open item, takes an
    emergency out of sight, or comes after departure, a strike by another than a clinician waits for
    one, and the fact counts until then. Raises Refused for a fact that does not stand, or that
    waits already, for want of a kind or words; NotAllowed.
    """
    given = {"noun": noun, "target": target, "kind": kind, "reason": reason.strip()}
    if sent := work.sent(work.session.rows.of(Strike), id, given):
        return sent
    work.require_phase()
    rows = work.session.rows
    fact = standing_fact(rows, noun, target)
    if fact is None:
        raise refuse("unknown_fact")
    if theirs := _waiting(rows, target):
        at = Second(theirs.recorded_at)
        raise refuse("struck_already", by=theirs.printed_name, at=at)
    is_clinician = access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site)
    if fact.recorded_by_id != work.by.pk and not is_clinician:
        raise refuse("not_struck_by_you", by=fact.recorded_by.printed_name)
    if kind not in Strike.Kind.values:
        raise refuse("required", "kind")
    require_text(reason, "reason")
    by = {"needs_confirmation": False, "printed_name": work.by.printed_name}
    made = Strike(id=id, **by, **given)
    beside = [
        Strike(**by, **given | {"noun": name_of(row), "target": row.pk})
        for row in made_with(work.session.rows, fact)
        if (is_clinician or row.recorded_by_id == work.by.pk) and not _waiting(rows, row.pk)
    ]
    after = without(work.session.rows, work.facts, (made, *beside))
    require_arrival(work, after)
    waits = not is_clinician and needs_clinician(work.facts, after, work.now)
    for one in (made, *beside):
        one.needs_confirmation = waits
        work.add(one)
    if not waits:
        take_back_arrival(work)
    return made


def standing_fact(rows: SessionRows, noun: str, target: UUID) -> SessionFact | None:
    """The fact of `noun` with this id, if it may be struck and counts."""
    for kind in SessionFact.tables():
        if name_of(kind) == noun and kind.can_be_struck:
            if not rows.has(kind):  # What there is only after the end is not loaded with the rest.
                load([rows.session], [kind])
                rows = rows.session.rows
            return rows.find_standing(kind, target)
    return None


def _waiting(rows: SessionRows, target: UUID) -> Strike | None:
    """The strike of `target` that a clinician has not answered."""
    answers = {c.strike_id for c in rows.of(StrikeConfirmation)}
    found = (s for s in rows.of(Strike) if s.target == target and s.needs_confirmation)
    return next((s for s in found if s.pk not in answers), None)


def without(rows: SessionRows, facts: SessionFacts, made: Iterable[Strike]) -> SessionFacts:
    """The facts as they would be if the strikes `made`, which are not saved, stood."""
    by_noun: dict[type[SessionRow], tuple[SessionRow, ...]] = dict(rows.by_noun)
    by_noun[Strike] = (*rows.of(Strike), *made)
    return replace(facts_of(SessionRows(rows.session, by_noun)), phase=facts.phase)


def require_arrival(work: SessionWork, after: SessionFacts) -> None:
    """Raises Refused where the last arrival would be struck from under what was recorded since."""
    is_first = work.session.admitted_at is not None and not after.admissions
    if is_first and (after.doses or after.readings or after.events or after.decisions):
        raise refuse("arrival_stands")


def take_back_arrival(work: SessionWork) -> None:
    """Let the session stand as its arrivals give it: without any, the patient has not arrived."""
    if work.session.phase in {"closed", "cancelled"}:
        return
    standing = work.session.rows.standing(Admission)
    work.session.prescriber = standing[-1].prescriber if standing else None
    if not standing:
        work.session.admitted_at = None
        work.facts = replace(work.facts, phase="planned", is_admitted=False, admitted_at=None)
