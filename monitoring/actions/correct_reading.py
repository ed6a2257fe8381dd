"""Replace a reading that was entered wrongly; the original stays."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn
from uuid import UUID

from clinic.access import Permission
from clinic.refusal import Conflict, Refused, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.record_reading import add_reading, written
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.text import require_text
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Reading
from monitoring.models.facts import reading_facts
from monitoring.rules.entry import Entry, corrected
from monitoring.rules.facts import ReadingFacts
from monitoring.rules.judgement import judge_correction
from monitoring.rules.phase import PRESENT


@session_verb(Permission.RECORD_READING, phases=(*PRESENT, "closed"))
def correct_reading(
    work: SessionWork,
    *,
    id: UUID,
    replaces: UUID,
    entry: Entry,
    reason: str,
    note: str = "",
    is_time_wrong: bool = False,
    sending: Sending = FIRST,
) -> Reading:
    """Add reading `id` in the place of `replaces`, once, with a reason.

    `entry` holds what was wrong; what it leaves empty stays as it was, and so does the time, unless
    `is_time_wrong`; a time that is another slot's, which is recorded already, is asked about. After
    the patient has left it is marked, changes nothing that was signed, and waits for a clinician's
    review. Raises Conflict with the other correction when one stands already, Refused with a reason
    at each field, NotAllowed.
    """
    rows = work.session.rows
    original = next((r for r in rows.unstruck(Reading) if r.id == replaces), None)
    sent = rows.find(Reading, id)
    if original is None:
        raise Conflict(sent) if sent else refuse("unknown_reading")
    was = reading_facts(original)
    if is_time_wrong and not sent:
        late = work.late_reason(entry.late_reason, entry.taken_at, sending)
        entry = replace(entry, late_reason=late)
    whole = corrected(was, entry, is_time_wrong=is_time_wrong)
    given = written(whole, note=note, correction_reason=reason)
    if sent:
        if is_time_wrong:
            require_same_time(sent, "taken_at", whole.taken_at, sending)
        given["late_reason"] = sending.reason(given["late_reason"], sent.late_reason)
        return same_or_conflict(sent, given | {"replaces_id": replaces})
    work.require_phase()
    if theirs := next((r for r in rows.of(Reading) if r.replaces_id == replaces), None):
        raise Conflict(theirs)
    require_text(reason, "correction_reason")
    judged_at = sending.judged_at(work.now)
    judged = judge_correction(
        work.facts, was, entry, work.now, id, judged_at, is_time_wrong=is_time_wrong
    )
    if judged.problems:
        raise Refused(judged.problems)
    if is_time_wrong and judged.moved_onto and not sending.is_another:
        _ask(work, *judged.moved_onto)
    whole = replace(whole, confirmed=whole.confirmed | _confirmed(original, entry))
    return add_reading(work, id, whole, judged, given, replaces=original)


def _ask(work: SessionWork, minutes: int, beside: ReadingFacts) -> NoReturn:
    """Whether both are meant, where the new time is that of a slot which is recorded already."""
    theirs = work.session.rows.find_standing(Reading, beside.id)
    name = theirs.recorded_by.printed_name if theirs else ""
    params = {"slot": minutes, "name": name, "at": beside.received_at, "beside": beside.id}
    raise refuse("moved_onto", "another", **params)


def _confirmed(original: Reading, entry: Entry) -> set[str]:
    """Unusual values that are kept were confirmed with the original."""
    return {f for f in original.confirmed if entry.values.get(f) is None}
