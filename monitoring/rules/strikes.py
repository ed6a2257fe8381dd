"""What a strike takes out of sight, and so who has to agree to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from monitoring.rules.facts import SessionFacts
from monitoring.rules.flags import flagged
from monitoring.rules.questions import EU_CONTRAINDICATIONS
from monitoring.rules.readiness import Item, before_clearance, before_dose


def needs_clinician(before: SessionFacts, after: SessionFacts, now: datetime) -> bool:
    """Whether a strike that makes `after` of `before` stands only once a clinician confirms it: it
    takes a dose away, ends the window earlier, closes an open item, takes an emergency or the
    latest answers with a contraindication out of sight, or comes after the patient has left
    (CLINICAL 7, hazards 1, 7, 9, 11 and 32)."""
    return (
        before.departure is not None
        or before.doses + before.failed != after.doses + after.failed
        or bool(_open(before, now) - _open(after, now))
        or bool(_emergencies(before) - _emergencies(after))
        or (_is_contraindicated(before) and before.admissions[-1] not in after.admissions)
    )


def _is_contraindicated(facts: SessionFacts) -> bool:
    """Whether the latest answers on arrival hold a contraindication (CLINICAL 8, rule 24)."""
    given = facts.admissions[-1].given if facts.admissions else {}
    return any(given.get(question) for question in EU_CONTRAINDICATIONS)


def _open(facts: SessionFacts, now: datetime) -> set[tuple[str, object]]:
    """What is open, each item told by what it is about, not by how long it has been so."""
    items = before_clearance(facts, now) if facts.doses else before_dose(facts, now)
    return {(_kind(item), _subject(item)) for item in items}


def _kind(item: Item) -> str:
    """One complete pre-dose reading is asked for, whether there is none or an old one."""
    return "predose_missing" if item.code == "predose_old" else item.code


def _subject(item: Item) -> object:
    if item.code == "unanswered_flag":
        return item.about
    return item.params.get("question") or (item.code == "mandatory" and item.params["minutes"])


def _emergencies(facts: SessionFacts) -> set[UUID]:
    return {found.fact.id for found in flagged(facts) if found.tier == "emergency"}
