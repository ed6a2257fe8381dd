"""A clinician reads the whole record of the session and signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal
from uuid import UUID

from django.db import transaction

from clinic import clock
from clinic.access import Permission
from clinic.models import Staff
from clinic.signin.passkey import Assertion
from clinic.signin.recorded import is_recorded
from clinic.trail import chain
from clinic.trail.organisation import hold, tell_wrong_signature, wrong_signatures
from clinic.trail.replay import State, merge, replay
from monitoring.actions.outcome import Conflict, Reason, Refused, refuse, repeated
from monitoring.actions.record import Record, open_record, require_phase, verb
from monitoring.models import Clearance, Withdrawal
from monitoring.models.facts import clearance_facts
from monitoring.proof.compare import disagrees
from monitoring.proof.content import content_digest, cut, signed_detail
from monitoring.rules.cautions import cautions
from monitoring.rules.readiness import CHECKLIST, before_clearance, clearance_state

Proof = Literal["password", "passkey"]
WRONG_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


def sign_clearance(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    password: str = "",
    assertion: Assertion | None = None,
    through_seq: int,
    checklist: Mapping[str, bool],
    justifications: Mapping[str, str],
    had_serious_event: bool | None,
    ready_minutes: int | None,
    statement: str,
) -> Clearance:
    """Sign what was shown: every fact up to `through_seq`, under `statement`.

    Needs the signer's own password or passkey, one of them, an elapsed window, no open item, each
    point of the checklist confirmed and each caution justified by its key. `ready_minutes` from the
    first device is asked under REMS (CLINICAL 8, rule 31). Nothing is signed by someone whose own
    rows are not what was recorded, nor over rows that are not. What proved nothing is told on the
    signer's trail; after five such tries within a quarter of an hour signing waits. Raises Refused
    with every reason, Conflict with the session when it changed since it was shown or with a
    clearance that stands already, NotAllowed.
    """
    if password and assertion:
        raise refuse("one_proof", "password")
    _require_unlocked(by)
    # Before the password: one that is hashed anew would be told as the person's own.
    if not is_recorded(by):
        raise refuse("person_disagrees")
    proof: Proof = "passkey" if assertion else "password"
    is_proved = (
        assertion.is_of(by, signing(session_id, through_seq))
        if assertion
        else by.check_password(password)
    )
    try:
        return _sign(
            session_id,
            by,
            id=id,
            proof=proof,
            is_proved=is_proved,
            through_seq=through_seq,
            checklist=checklist,
            justifications=justifications,
            had_serious_event=had_serious_event,
            ready_minutes=ready_minutes,
            statement=statement,
        )
    except Refused:
        # After what was refused was rolled back: the try itself is kept.
        if not is_proved:
            _tell_wrong(by, proof)
        raise


def signing(session_id: UUID, through_seq: int) -> str:
    """What a passkey is asked to sign: this session as it was shown, and nothing else."""
    return f"clearance of {session_id} through {through_seq}"


def _tell_wrong(by: Staff, proof: Proof) -> None:
    """Keep the try, unless others at the same moment were the last ones: then only they are
    answered, and whether this one was right is not told."""
    with transaction.atomic():
        hold(by)
        _require_unlocked(by)
        tell_wrong_signature(by, proof)


def _require_unlocked(by: Staff) -> None:
    wrong = wrong_signatures(by, clock.now() - LOCKED_FOR)
    if len(wrong) >= WRONG_TRIES:
        raise refuse("locked", "password", until=wrong[WRONG_TRIES - 1] + LOCKED_FOR)


@verb
def _sign(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    proof: Proof,
    is_proved: bool,
    through_seq: int,
    checklist: Mapping[str, bool],
    justifications: Mapping[str, str],
    had_serious_event: bool | None,
    ready_minutes: int | None,
    statement: str,
) -> Clearance:
    record = open_record(session_id, by, Permission.SIGN_CLEARANCE)
    # Hashing is slow, and was done before anything was locked: count again.
    hold(by)
    _require_unlocked(by)
    if not is_proved:
        raise refuse(proof, proof)
    if sent := next((c for c in record.session.clearance_set.all() if c.id == id), None):
        return repeated(
            sent,
            through_seq=through_seq,
            ready_minutes=ready_minutes,
            checklist=_answers(checklist, had_serious_event),
            justifications={k: justifications.get(k, "").strip() for k in sent.justifications},
        )
    require_phase(record, "dosing", "observing", "cleared")
    state = clearance_state(record.facts, record.now)
    if state == "stands":
        raise Conflict(record.session.clearance_set.all()[len(record.facts.clearances) - 1])
    if through_seq != record.session.last_seq:
        raise Conflict(record.session)
    if items := before_clearance(record.facts, record.now):
        raise Refused(Reason(f"item_{i.code}", "", {**i.params, "item": i}) for i in items)
    reasons = _unanswered(record, checklist, justifications, had_serious_event, ready_minutes)
    if reasons:
        raise Refused(reasons)
    told, chain_head = _told(record)
    if state in {"lapsed", "ahead"}:
        _withdraw_unusable(record, state)
        merge(told, record.written)
    detail = signed_detail(record.session)
    clearance = Clearance(
        id=id,
        session=record.session,
        through_seq=record.session.last_seq,
        signed_by=by,
        printed_name=by.printed_name,
        signed_at=record.now,
        meaning=str(Clearance.MEANING),
        statement=statement,
        checklist=_answers(checklist, had_serious_event),
        justifications={c.key: justifications[c.key].strip() for c in cautions(record.facts)},
        ready_minutes=ready_minutes,
        proof=proof,
        content_digest=content_digest(cut(told, record.session.last_seq, id), detail),
        chain_head=chain_head,
    )
    record.keep(clearance)
    record.session.standing_clearance = clearance
    record.facts = replace(
        record.facts, clearances=(*record.facts.clearances, clearance_facts(clearance))
    )
    record.finish("sign_clearance", detail)
    return clearance


def _told(record: Record) -> tuple[State, str]:
    """The record as the log has it, and the log's last digest.

    Refused when the rows that were shown are not what the log says was recorded: no signature is
    put under a record that was tampered with.
    """
    entries = chain.entries_of(record.session.pk)
    told = replay(entries)
    if disagrees(record.session, entries, told):
        raise refuse("record_disagrees")
    return told, entries[-1].digest


def _answers(
    checklist: Mapping[str, bool], had_serious_event: bool | None
) -> dict[str, bool | None]:
    confirmed = {key: checklist.get(key) is True for key in CHECKLIST}
    return {**confirmed, "had_serious_event": had_serious_event}


def _unanswered(
    record: Record,
    checklist: Mapping[str, bool],
    justifications: Mapping[str, str],
    had_serious_event: bool | None,
    ready_minutes: int | None,
) -> list[Reason]:
    reasons = [Reason("confirm", key) for key in CHECKLIST if checklist.get(key) is not True]
    for caution in cautions(record.facts):
        if not justifications.get(caution.key, "").strip():
            reasons.append(Reason("justify", f"justify_{caution.key}", {"caution": caution}))
    if had_serious_event is None:
        reasons.append(Reason("unanswered", "had_serious_event"))
    elif had_serious_event != any(e.is_serious for e in record.facts.events):
        code = "serious_event_missing" if had_serious_event else "serious_event_recorded"
        reasons.append(Reason(code, "had_serious_event"))
    elapsed = record.facts.minutes(record.now) or 0
    if ready_minutes is None:
        if record.facts.protocol.rems:
            reasons.append(Reason("required", "ready_minutes"))
    elif not 0 <= ready_minutes <= elapsed:
        params = {"value": ready_minutes, "low": 0, "high": elapsed}
        reasons.append(Reason("impossible", "ready_minutes", params))
    return reasons


def _withdraw_unusable(record: Record, state: str) -> None:
    """Take back the signature that lapsed, or that was signed while the clock ran ahead, so that
    one state never carries two."""
    minutes = record.facts.protocol.clearance_valid_minutes
    reason = f"Lapsed {minutes} minutes after it was signed"
    if state == "ahead":
        reason = "Signed while the server's clock ran ahead"
    record.add(
        Withdrawal(clearance=record.session.standing_clearance, reason=reason, is_automatic=True)
    )
