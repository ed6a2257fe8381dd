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
from clinic.message import Message
from clinic.models import Staff
from clinic.refusal import Conflict, Refused, refuse
from clinic.signin.passkey import Assertion
from clinic.signin.recorded import is_recorded
from clinic.trail import chain
from clinic.trail.organisation import hold, tell_wrong_signature, wrong_signatures
from clinic.trail.replay import State, merge, replay
from clinic.verbs import same_or_conflict
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Clearance, Withdrawal
from monitoring.models.facts import clearance_facts
from monitoring.proof.compare import disagrees
from monitoring.proof.content import content_digest, cut, signed_detail
from monitoring.rules.cautions import cautions
from monitoring.rules.phase import DOSED
from monitoring.rules.readiness import CHECKLIST, before_clearance, clearance_state
from monitoring.words.statement import statement

Proof = Literal["password", "passkey"]
WRONG_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


@session_verb(Permission.SIGN_CLEARANCE, phases=DOSED, name="sign_clearance")
def _sign(
    work: SessionWork,
    *,
    id: UUID,
    proof: Proof,
    is_proved: bool,
    through_seq: int,
    checklist: Mapping[str, bool],
    justifications: Mapping[str, str],
    had_serious_event: bool | None,
    ready_minutes: int | None,
) -> Clearance:
    # Hashing is slow, and was done before anything was locked: count again.
    hold(work.by)
    _require_unlocked(work.by)
    if not is_proved:
        raise refuse(proof, proof)
    given = {
        "through_seq": through_seq,
        "ready_minutes": ready_minutes,
        "checklist": _answers(checklist, had_serious_event),
    }
    if sent := work.sent(work.session.clearance_set.all(), id, given):
        justified = {k: justifications.get(k, "").strip() for k in sent.justifications}
        return same_or_conflict(sent, {"justifications": justified})
    work.require_phase()
    state = clearance_state(work.facts, work.now)
    if state == "stands":
        raise Conflict(work.session.clearance_set.all()[len(work.facts.clearances) - 1])
    if through_seq != work.session.last_seq:
        raise Conflict(work.session)
    if items := before_clearance(work.facts, work.now):
        raise Refused(items)
    reasons = _unanswered(work, checklist, justifications, had_serious_event, ready_minutes)
    if reasons:
        raise Refused(reasons)
    told, chain_head = _told(work)
    # As it was shown: before an older signature is taken back.
    words = statement(work.session, work.facts, work.by.printed_name)
    if state in {"lapsed", "ahead"}:
        _withdraw_unusable(work, state)
        merge(told, work.rows)
    work.detail = signed_detail(work.session)
    clearance = Clearance(
        id=id,
        session=work.session,
        signed_by=work.by,
        printed_name=work.by.printed_name,
        signed_at=work.now,
        meaning=str(Clearance.MEANING),
        statement=words,
        justifications={c.key: justifications[c.key].strip() for c in cautions(work.facts)},
        proof=proof,
        content_digest=content_digest(cut(told, work.session.last_seq, id), work.detail),
        chain_head=chain_head,
        **{**given, "through_seq": work.session.last_seq},
    )
    work.insert(clearance)
    work.session.standing_clearance = clearance
    work.facts = replace(
        work.facts, clearances=(*work.facts.clearances, clearance_facts(clearance))
    )
    return clearance


@_sign.behind
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
) -> Clearance:
    """Sign what was shown: every fact up to `through_seq`, under the statement that names it.

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


def _told(work: SessionWork) -> tuple[State, str]:
    """The record as the log has it, and the log's last digest.

    Refused when the rows that were shown are not what the log says was recorded: no signature is
    put under a record that was tampered with.
    """
    entries = chain.entries_of(work.session.pk)
    told = replay(entries)
    if disagrees(work.session, entries, told):
        raise refuse("record_disagrees")
    return told, entries[-1].digest


def _answers(
    checklist: Mapping[str, bool], had_serious_event: bool | None
) -> dict[str, bool | None]:
    confirmed = {key: checklist.get(key) is True for key in CHECKLIST}
    return {**confirmed, "had_serious_event": had_serious_event}


def _unanswered(
    work: SessionWork,
    checklist: Mapping[str, bool],
    justifications: Mapping[str, str],
    had_serious_event: bool | None,
    ready_minutes: int | None,
) -> list[Message]:
    reasons = [Message("confirm", field=key) for key in CHECKLIST if checklist.get(key) is not True]
    for caution in cautions(work.facts):
        if not justifications.get(caution.key, "").strip():
            reasons.append(Message("justify", {"caution": caution}, f"justify_{caution.key}"))
    if had_serious_event is None:
        reasons.append(Message("unanswered", field="had_serious_event"))
    elif had_serious_event != any(e.is_serious for e in work.facts.events):
        code = "serious_event_missing" if had_serious_event else "serious_event_recorded"
        reasons.append(Message(code, field="had_serious_event"))
    elapsed = work.facts.minutes(work.now) or 0
    if ready_minutes is None:
        if work.facts.protocol.rems:
            reasons.append(Message("required", field="ready_minutes"))
    elif not 0 <= ready_minutes <= elapsed:
        params = {"value": ready_minutes, "low": 0, "high": elapsed}
        reasons.append(Message("impossible", params, "ready_minutes"))
    return reasons


def _withdraw_unusable(work: SessionWork, state: str) -> None:
    """Take back the signature that lapsed, or that was signed while the clock ran ahead, so that
    one state never carries two."""
    minutes = work.facts.protocol.clearance_valid_minutes
    reason = f"Lapsed {minutes} minutes after it was signed"
    if state == "ahead":
        reason = "Signed while the server's clock ran ahead"
    work.add(
        Withdrawal(clearance=work.session.standing_clearance, reason=reason, is_automatic=True)
    )
