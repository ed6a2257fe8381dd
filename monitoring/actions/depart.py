"""Record how the patient left. The only way a session closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from clinic.access import Permission
from clinic.message import Message
from clinic.refusal import Refused, refuse
from clinic.verbs import same_or_conflict
from monitoring.actions.sending import FIRST, Sending, require_same_time
from monitoring.actions.times import require_not_future
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Departure
from monitoring.models.facts import departure_facts
from monitoring.rules.lateness import lateness
from monitoring.rules.phase import DOSED
from monitoring.rules.readiness import clearance_state, lapses_at
from monitoring.rules.times import is_this_the_time

NEEDED: dict[str, tuple[str, ...]] = {
    "discharged": ("escort_name", "escort_phone", "transport"),
    "transferred": ("destination", "reason"),
    "against_advice": ("reason", "clinician_informed", "transport"),
    "left_unseen": ("reason", "noticed_by"),
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


@session_verb(Permission.DEPART, phases=DOSED)
def depart(work: SessionWork, *, id: UUID, leaving: Leaving, sending: Sending = FIRST) -> Departure:
    """Discharge on the clearance that stood when the patient left, or say why there was none.

    `left_at` is when the patient left, or when it was noticed that they had: never before the last
    dose. Far back, or before the last reading, it is read back and must be `confirmed_at`; recorded
    more than five minutes later it needs `late_reason`. A discharge needs an escort with a
    telephone number, or why there is none, the transport and the advice; a transfer its destination
    and reason; leaving against advice the reason, which clinician was told, the way home and
    whether the advice was given; who left unseen, when they were last seen and who noticed. All but
    a discharge answer the question about serious adverse events. Raises Refused at each field,
    Conflict when the session is closed already, NotAllowed.
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
    found = [*_missing(leaving.kind, given), *_untrue(work, leaving.left_at)]
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
    """The patient was there for the last dose. A clock that jumped back refuses no one who leaves
    now."""
    given = work.facts.last_given_at
    if given is not None and _is_before(left_at, min(given, work.now)):
        yield Message("before_last_dose", {"at": given}, "left_at")


def _asked(work: SessionWork, leaving: Leaving) -> Iterator[Message]:
    """A reading after the patient left is a wrong time, here or there; a time far back is read
    back as any other, and says why it is late (CLINICAL 8, rule 37)."""
    facts, now, last = work.facts, work.now, _last_reading(work)
    left_at, confirmed_at = leaving.left_at, leaving.confirmed_at
    if last is not None and _is_before(left_at, min(last, now)):
        if left_at != confirmed_at:
            yield Message("before_last_reading", {"at": left_at, "last": last}, "left_at")
    elif asked := is_this_the_time(facts, left_at, now, "left_at", confirmed=confirmed_at):
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
    if kind == "against_advice" and given["advice_given"] is None:
        yield Message("unanswered", field="advice_given")
    if kind != "discharged" and given["had_serious_event"] is None:
        yield Message("unanswered", field="had_serious_event")
    if given["had_serious_event"] and not given["serious_event_detail"]:
        yield Message("required", field="serious_event_detail")
