"""Record how the patient left. The only way a session closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.access import Permission, may
from clinic.message import Message
from clinic.refusal import Refused, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.times import require_not_future
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Departure, Event
from monitoring.models.facts import departure_facts
from monitoring.rules.lateness import lateness
from monitoring.rules.phase import PRESENT
from monitoring.rules.readiness import clearance_state, lapses_at
from monitoring.rules.times import future, is_this_the_time

NEEDED: dict[str, tuple[str, ...]] = {
    "discharged": ("escort_name", "escort_phone", "transport"),
    "transferred": ("destination", "reason", "transport"),
    "against_advice": ("reason", "clinician_informed", "transport"),
    "left_unseen": ("reason", "noticed_by", "transport"),
}
"""What each kind of departure says in words; why there is no escort stands for the escort."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How the patient left. `left_at` is when, or when it was noticed that they had; the times
    `confirmed_at` and `last_seen_confirmed_at` were read back and kept."""

    kind: str
    left_at: datetime
    late_reason: str = ""
    confirmed_at: datetime | None = None
    escort_name: str = ""
    escort_phone: str = ""
    no_escort_reason: str = ""
    transport: str = ""
    advice_given: bool | None = None
    destination: str = ""
    reason: str = ""
    clinician_informed: str = ""
    noticed_by: str = ""
    last_seen_at: datetime | None = None
    last_seen_confirmed_at: datetime | None = None
    had_serious_event: bool | None = None
    serious_event_detail: str = ""
    serious_event_onset_at: datetime | None = None
    onset_confirmed_at: datetime | None = None


@session_verb(Permission.DEPART, phases=PRESENT)
def depart(work: SessionWork, *, id: UUID, leaving: Leaving, sending: Sending = FIRST) -> Departure:
    """Discharge on the clearance that stood when the patient left, or say why there was none.

    `left_at` is when the patient left, or when it was noticed that they had: never before the last
    dose or reading. Far back it is read back and must be `confirmed_at`; recorded more than five
    minutes later it needs `late_reason`. A discharge needs whom the patient was handed over to,
    with a telephone number; why there is no one is a clinician's to say (CLINICAL 8, rule 34). A
    transfer needs its destination and reason; leaving against advice the reason and which
    clinician was told; who left unseen, when they were last seen and who noticed. Each says the way
    home, whether the advice was given, and whether there was a serious adverse event: one that is
    not yet in the record becomes an event of it, of which a transfer says who was informed; a
    discharge is refused for it. Raises Refused at each field, Conflict when the session is closed
    already, NotAllowed.
    """
    given = _written(leaving)
    theirs = next(iter(work.session.rows.of(Departure)), None)
    if theirs is not None:
        left_at = leaving.left_at
        if theirs.clearance is not None:
            left_at = _after(left_at, theirs.clearance.signed_at)
        require_same_time(theirs, "left_at", left_at, sending)
        return same_or_conflict(theirs, {"id": id, **given})
    work.require_phase()
    require_not_future(work, leaving.left_at, "left_at")
    if leaving.kind not in Departure.Kind.values:
        raise refuse("required", "kind")
    is_discharge = leaving.kind == Departure.Kind.DISCHARGED
    if is_discharge:
        leaving = replace(leaving, left_at=_on_clearance(work, leaving.left_at))
    if reasons := _reasons(work, leaving, given):
        raise Refused(reasons)
    _add_serious_event(work, leaving)
    is_unseen = leaving.kind == Departure.Kind.LEFT_UNSEEN
    departure = work.insert(
        Departure(
            id=id,
            session=work.session,
            left_at=leaving.left_at,
            recorded_at=work.now,
            recorded_by=work.by,
            clearance_id=work.session.standing_clearance_id if is_discharge else None,
            last_seen_at=leaving.last_seen_at if is_unseen else None,
            **given,
        )
    )
    work.session.closed_at = work.now
    work.session.outcome = departure.kind
    work.facts = replace(work.facts, departure=departure_facts(departure))
    return departure


TEXTS = (
    "escort_name",
    "escort_phone",
    "no_escort_reason",
    "transport",
    "destination",
    "reason",
    "clinician_informed",
    "noticed_by",
    "serious_event_detail",
    "late_reason",
)


def _written(leaving: Leaving) -> dict[str, Any]:
    """The columns that hold what a person wrote."""
    texts = {name: getattr(leaving, name).strip() for name in TEXTS}
    if not leaving.had_serious_event:
        texts["serious_event_detail"] = ""
    return {
        "kind": leaving.kind,
        "advice_given": leaving.advice_given,
        "had_serious_event": leaving.had_serious_event,
        **texts,
    }


def _reasons(work: SessionWork, leaving: Leaving, given: Mapping[str, Any]) -> list[Message]:
    """What is missing or cannot be; then what is asked about the times."""
    found = [
        *_missing(leaving.kind, given),
        *_alone(work, leaving.kind, given),
        *_serious(work, leaving, given),
        *_untrue(work, leaving.left_at),
    ]
    found = found or [*_asked(work, leaving)]
    if leaving.kind == Departure.Kind.LEFT_UNSEEN:
        found += _seen(work, leaving)
    return found


def _on_clearance(work: SessionWork, left_at: datetime) -> datetime:
    """When the patient left, on the signature that stood then.

    It covers every fact of the record and was not withdrawn; only its lapse is judged by when the
    patient left instead of by when that is typed (CLINICAL 8, rules 32 and 33). A time typed to the
    minute of the signature is after it, as is one of a server whose clock runs a little behind.
    """
    facts, now = work.facts, work.now
    state = clearance_state(facts, now)
    clearance = facts.clearance
    if clearance is None or state not in {"stands", "lapsed"}:
        at = clearance.signed_at if clearance else None
        raise refuse(f"clearance_{state}", "kind", at=at, now=now)
    if _is_before(left_at, min(clearance.signed_at, now)):
        raise refuse("before_clearance", "left_at", at=clearance.signed_at)
    left_at = max(left_at, clearance.signed_at)  # Typed to its minute, or by a clock behind.
    if left_at >= lapses_at(facts):
        raise refuse("clearance_lapsed", "left_at", at=lapses_at(facts))
    ends = facts.window_ends_at
    if ends is None or left_at < ends:
        raise refuse("before_window", "left_at", at=ends)
    return left_at


def _is_before(at: datetime, other: datetime) -> bool:
    """Whether `at`, which may be typed to the minute, is before the minute of `other`."""
    return at < other.replace(second=0, microsecond=0)


def _after(left_at: datetime, signed_at: datetime) -> datetime:
    """A time that was typed to the minute of the signature, as it was kept."""
    return left_at if _is_before(left_at, signed_at) else max(left_at, signed_at)


def _untrue(work: SessionWork, left_at: datetime) -> Iterator[Message]:
    """The patient was there for the last dose and the last reading: one of a later time is wrong,
    here or there. A clock that jumped back refuses no one who leaves now."""
    known = {"dose": work.facts.last_given_at, "reading": _last_reading(work)}
    for noun, at in known.items():
        if at is not None and _is_before(left_at, min(at, work.now)):
            yield Message(f"before_last_{noun}", {"at": at}, "left_at")
            return


def _asked(work: SessionWork, leaving: Leaving) -> Iterator[Message]:
    """A time far back is read back as any other, and says why it is late (CLINICAL 8, rule 37)."""
    facts, now = work.facts, work.now
    left_at, confirmed_at = leaving.left_at, leaving.confirmed_at
    if asked := is_this_the_time(facts, left_at, now, "left_at", confirmed=confirmed_at):
        yield asked
    if late := lateness(facts.protocol, left_at, now, leaving.late_reason):
        yield late


def _seen(work: SessionWork, leaving: Leaving) -> Iterator[Message]:
    """When a patient who left unseen was last seen: not before the last dose or reading, and not
    after it was noticed."""
    left_at, seen_at = leaving.left_at, leaving.last_seen_at
    if seen_at is None:
        yield Message("required", field="last_seen_at")
        return
    facts = work.facts
    known = [at for at in (facts.last_given_at, _last_reading(work)) if at is not None]
    if seen_at > left_at:
        yield Message("after_noticed", {"at": left_at}, "last_seen_at")
    elif known and _is_before(seen_at, min(max(known), left_at)):
        yield Message("seen_later", {"at": max(known)}, "last_seen_at")
    elif asked := is_this_the_time(
        facts, seen_at, work.now, "last_seen_at", confirmed=leaving.last_seen_confirmed_at
    ):
        yield asked


def _last_reading(work: SessionWork) -> datetime | None:
    return max((r.taken_at for r in work.facts.standing_readings), default=None)


def _missing(kind: str, given: Mapping[str, Any]) -> Iterator[Message]:
    is_escorted = not given["no_escort_reason"]
    for name in NEEDED[kind]:
        if not given[name] and (is_escorted or not name.startswith("escort")):
            yield Message("required", field=name)
    if kind == "discharged" and given["advice_given"] is not True:
        yield Message("confirm", field="advice_given")
    elif given["advice_given"] is None:
        yield Message("unanswered", field="advice_given")


def _alone(work: SessionWork, kind: str, given: Mapping[str, Any]) -> Iterator[Message]:
    """A discharge without an escort is a clinician's (CLINICAL 8, rule 34; 7, hazard 36)."""
    is_alone = kind == Departure.Kind.DISCHARGED and bool(given["no_escort_reason"])
    if is_alone and not may(work.by, Permission.LET_LEAVE_ALONE, work.session.site):
        yield Message("alone_by_clinician", field="no_escort_reason")


def _serious(work: SessionWork, leaving: Leaving, given: Mapping[str, Any]) -> Iterator[Message]:
    """The answer agrees with the record; one that is not in it yet is told whole (CLINICAL 8, rule
    43). Over a signature nothing is added: it is recorded first, and signed again."""
    had, is_recorded = given["had_serious_event"], _has_serious_event(work)
    if had is None:
        yield Message("unanswered", field="had_serious_event")
    elif is_recorded and not had:
        yield Message("serious_event_recorded", field="had_serious_event")
    elif had and not is_recorded and leaving.kind == Departure.Kind.DISCHARGED:
        yield Message("serious_event_missing", field="had_serious_event")
    elif had and not is_recorded:
        needed = ["serious_event_detail"]
        if leaving.kind == Departure.Kind.TRANSFERRED:
            needed.append("clinician_informed")
        yield from (Message("required", field=name) for name in needed if not given[name])
        onset_at, confirmed = leaving.serious_event_onset_at, leaving.onset_confirmed_at
        name = "serious_event_onset_at"
        if onset_at is None:
            yield Message("required", field=name)
        elif asked := future(onset_at, work.now, name) or is_this_the_time(
            work.facts, onset_at, work.now, name, confirmed=confirmed
        ):
            yield asked


def _has_serious_event(work: SessionWork) -> bool:
    return any(event.is_serious for event in work.facts.events)


def _add_serious_event(work: SessionWork, leaving: Leaving) -> None:
    """The serious adverse event that was told at leaving, as an event of the session. At a transfer
    with its answer: who was informed, and that the patient was sent there."""
    if not leaving.had_serious_event or _has_serious_event(work):
        return
    told = {"at": min(leaving.left_at, work.now), "late_reason": leaving.late_reason.strip()}
    event = work.add(
        Event(
            kind=Event.Kind.ADVERSE_EVENT,
            detail=leaving.serious_event_detail.strip(),
            is_serious=True,
            onset_at=leaving.serious_event_onset_at,
            **told,
        )
    )
    if leaving.kind == Departure.Kind.TRANSFERRED:
        work.add(
            Event(
                kind=Event.Kind.RESPONSE,
                answers_event=event,
                informed=leaving.clinician_informed.strip(),
                ordered=leaving.destination.strip(),
                **told,
            )
        )
