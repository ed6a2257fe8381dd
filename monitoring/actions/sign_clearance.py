"""A clinician reads the whole record of the session and signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
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
from clinic.trail.organisation import hold, log_wrong_signature, wrong_signatures
from clinic.trail.replay import State, merge, replay
from clinic.verbs import same_or_conflict
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Clearance, Withdrawal
from monitoring.models.facts import clearance_facts
from monitoring.models.patient import Identifier
from monitoring.proof.compare import disagrees
from monitoring.proof.content import content_digest, cut, signed_detail
from monitoring.rules.cautions import Caution, cautions
from monitoring.rules.phase import DOSED
from monitoring.rules.readiness import before_clearance, clearance_state
from monitoring.rules.summary import earliest_ready
from monitoring.words.statement import statement

Proof = Literal["password", "passkey"]
WRONG_TRIES = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What the clinician was shown and answers for: every fact up to `through_seq`.

    `justifications` are by the key of their caution. `ready_minutes` from the first device is
    asked under REMS (CLINICAL 8, rule 31). `identified_by` is the `Identifier` that was compared
    with the patient.
    """

    through_seq: int
    checklist: Mapping[str, bool]
    justifications: Mapping[str, str]
    had_serious_event: bool | None
    ready_minutes: int | None
    identified_by: str = ""


@session_verb(Permission.SIGN_CLEARANCE, phases=DOSED, name="sign_clearance")
def _sign(
    work: SessionWork, *, id: UUID, signing: Signing, proof: Proof, is_proved: bool
) -> Clearance:
    # Hashing is slow, and was done before anything was locked: count again.
    hold(work.by)
    _require_unlocked(work.by)
    if not is_proved:
        raise refuse(proof, proof)
    given = {
        "through_seq": signing.through_seq,
        "ready_minutes": signing.ready_minutes,
        "identified_by": signing.identified_by,
        "checklist": _answers(work, signing),
    }
    if sent := work.sent(work.session.rows.of(Clearance), id, given):
        words = {k: signing.justifications.get(k, "").strip() for k in sent.justifications}
        return same_or_conflict(sent, {"justifications": words})
    work.require_phase()
    state = clearance_state(work.facts, work.now)
    if state == "stands":
        raise Conflict(work.session.rows.of(Clearance)[len(work.facts.clearances) - 1])
    if signing.through_seq != work.session.last_seq:
        raise Conflict(work.session)
    if items := before_clearance(work.facts, work.now):
        raise Refused(items)
    asked = cautions(work.facts)
    if reasons := _unanswered(work, signing, asked):
        raise Refused(reasons)
    justifications = {c.key: signing.justifications[c.key].strip() for c in asked}
    return _insert(work, state, id=id, proof=proof, justifications=justifications, **given)


def _insert(work: SessionWork, state: str, *, id: UUID, **given: Any) -> Clearance:
    """Write the signature under what the log says was recorded, and let it stand."""
    session, signer = work.session, work.by.printed_name
    words = statement(session, work.facts, signer)
    recorded, chain_head = _recorded(work)
    if state in {"lapsed", "ahead"}:
        _withdraw_unusable(work, state)
        merge(recorded, work.rows)
    work.detail = signed_detail(session)
    clearance = work.insert(
        Clearance(
            id=id,
            session=session,
            signed_by=work.by,
            printed_name=signer,
            signed_at=work.now,
            meaning=str(Clearance.MEANING),
            statement=words,
            content_digest=content_digest(cut(recorded, session.last_seq, id), work.detail),
            chain_head=chain_head,
            **{**given, "through_seq": session.last_seq},
        )
    )
    session.standing_clearance = clearance
    clearances = (*work.facts.clearances, clearance_facts(clearance, None))
    work.facts = replace(work.facts, clearances=clearances)
    return clearance


@_sign.behind
def sign_clearance(
    session_id: UUID,
    by: Staff,
    *,
    id: UUID,
    signing: Signing,
    password: str = "",
    assertion: Assertion | None = None,
) -> Clearance:
    """Sign what was shown, under a statement that names it.

    Needs the signer's own password or passkey, one of them, an elapsed window, no open item, each
    point of the checklist confirmed and each caution justified. Nothing is signed by someone whose
    own rows are not what was recorded, nor over rows that are not. What proved nothing is appended
    to the signer's trail; after five such attempts within a quarter of an hour signing waits.
    Raises Refused with every reason, Conflict with the session when it changed since it was shown
    or with a clearance that stands already, NotAllowed.
    """
    if password and assertion:
        raise refuse("one_proof", "password")
    _require_unlocked(by)
    # Before the password: one that is hashed again would be appended as the person's own.
    if not is_recorded(by):
        raise refuse("person_disagrees")
    proof: Proof = "passkey" if assertion else "password"
    is_proved = (
        assertion.is_of(by, challenge_of(session_id, signing.through_seq))
        if assertion
        else by.check_password(password)
    )
    try:
        return _sign(session_id, by, id=id, signing=signing, proof=proof, is_proved=is_proved)
    except Refused:
        # After what was refused was rolled back: the attempt itself stays.
        if not is_proved:
            _append_wrong(by, proof)
        raise


def challenge_of(session_id: UUID, through_seq: int) -> str:
    """What a passkey is asked to sign: this session as it was shown, and nothing else."""
    return f"clearance of {session_id} through {through_seq}"


def _append_wrong(by: Staff, proof: Proof) -> None:
    """Append the attempt, unless others at the same moment were the last ones: then only they are
    answered, and whether this one was right is not told."""
    with transaction.atomic():
        hold(by)
        _require_unlocked(by)
        log_wrong_signature(by, proof)


def _require_unlocked(by: Staff) -> None:
    wrong = wrong_signatures(by, clock.now() - LOCKED_FOR)
    if len(wrong) >= WRONG_TRIES:
        raise refuse("locked", "password", until=wrong[WRONG_TRIES - 1] + LOCKED_FOR)


def _recorded(work: SessionWork) -> tuple[State, str]:
    """The record as the log has it, and the log's last digest.

    Refused when the rows that were shown are not what the log says was recorded: no signature is
    put under a record that was tampered with.
    """
    entries = chain.entries_of(work.session.pk)
    logged = replay(entries)
    if disagrees(work.session, entries, logged):
        raise refuse("record_disagrees")
    return logged, entries[-1].digest


def _answers(work: SessionWork, signing: Signing) -> dict[str, bool | None]:
    asked = work.facts.protocol.checklist
    confirmed = {key: signing.checklist.get(key) is True for key in asked}
    return {**confirmed, "had_serious_event": signing.had_serious_event}


def _unanswered(work: SessionWork, signing: Signing, asked: Iterable[Caution]) -> list[Message]:
    """What the signature is still asked, at each field."""
    checked = signing.checklist
    points = work.facts.protocol.checklist
    reasons = [Message("confirm", field=key) for key in points if checked.get(key) is not True]
    for caution in asked:
        if not signing.justifications.get(caution.key, "").strip():
            reasons.append(Message("justify", {"caution": caution}, f"justify_{caution.key}"))
    had = signing.had_serious_event
    if had is None:
        reasons.append(Message("unanswered", field="had_serious_event"))
    elif had != any(e.is_serious for e in work.facts.events):
        code = "serious_event_missing" if had else "serious_event_recorded"
        reasons.append(Message(code, field="had_serious_event"))
    if signing.identified_by not in Identifier.values:
        reasons.append(Message("identify", field="identified_by"))
    return [*reasons, *_unready(work, signing.ready_minutes)]


def _unready(work: SessionWork, minutes: int | None) -> Iterator[Message]:
    elapsed = work.facts.minutes(work.now) or 0
    if minutes is None:
        if work.facts.protocol.rems:
            yield Message("required", field="ready_minutes")
    elif not (least := earliest_ready(work.facts)) <= minutes <= elapsed:
        params = {"value": minutes, "low": least, "high": elapsed}
        yield Message("impossible", params, "ready_minutes")


def _withdraw_unusable(work: SessionWork, state: str) -> None:
    """Take back the signature that lapsed, or that was signed while the clock ran ahead, so that
    one state never carries two."""
    work.add(Withdrawal(clearance=work.session.standing_clearance, reason=state, is_automatic=True))
