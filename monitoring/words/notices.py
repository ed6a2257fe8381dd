"""What the page of a session says about how it stands: its clearance, its clock, how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.pages.moments import clock, day, day_clock
from monitoring.models import Session
from monitoring.rules.clocks import ahead
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import clearance_state, lapses_at
from monitoring.words import wording


@dataclass(frozen=True, slots=True)
class Notice:
    """`word` names the state and `kind` is how it looks, empty where it asks for nothing."""

    kind: str
    word: str
    text: str
    small: str = ""


def notices(
    session: Session, facts: SessionFacts, now: datetime, *, is_left_open: bool
) -> list[Notice]:
    """In the order in which they are shown. `is_left_open`: no one recorded how it ended."""
    found = [*_clearance(session, facts, now), *_clock_is_behind(facts, now)]
    if is_left_open:
        words = _(
            "This session was on %(day)s, and no one has recorded how it ended. Record what is "
            "known."
        )
        found.append(Notice("overdue", _("Still open"), words % {"day": day(session.admitted_at)}))
    return [*found, *_end(session)]


def _clearance(session: Session, facts: SessionFacts, now: datetime) -> Iterator[Notice]:
    state, clearance = clearance_state(facts, now), facts.clearance
    if state == "stands" and session.phase == Session.Phase.CLEARED:
        yield _stands(session, lapses_at(facts))
    if session.phase == Session.Phase.CLOSED:
        return
    if state == "lapsed":
        words = _(
            "A new final set and a new signature are needed. If the patient left before it "
            "lapsed, record the departure with that time."
        )
        yield Notice("flagged", _("Clearance has lapsed"), words)
    if state == "ahead" and clearance:
        words = _(
            "The clearance says %(at)s, the server's clock %(now)s. Until %(at)s it does not "
            "allow a discharge. Have the clock checked, or sign again."
        )
        params = {"at": clock(clearance.signed_at), "now": clock(now)}
        yield Notice("overdue", _("Signed ahead of the clock"), words % params)
    if state == "superseded":
        yield Notice("flagged", _("Changed since the signature"), _("A new signature is needed."))
    if state == "withdrawn" and clearance:
        words = wording.withdrawal(clearance.withdrawal_reason)
        yield Notice("overdue", _("Clearance withdrawn"), words)


def _stands(session: Session, until: datetime | None) -> Notice:
    signed = session.standing_clearance
    words = _(
        "Signed by %(name)s at %(at)s. It lapses at %(until)s, or with anything recorded before "
        "then."
    )
    params = {
        "name": signed.printed_name if signed else "",
        "at": clock(signed.signed_at if signed else None),
        "until": clock(until),
    }
    return Notice("ready", _("Clearance stands"), words % params)


def _clock_is_behind(facts: SessionFacts, now: datetime) -> Iterator[Notice]:
    at = ahead(facts, now)
    if at and clearance_state(facts, now) != "ahead":
        words = _(
            "An entry here says %(at)s, the server's clock %(now)s. Have the clock checked, and "
            "correct the times that are wrong."
        )
        params = {"at": clock(at), "now": clock(now)}
        yield Notice("flagged", _("Recorded ahead of the clock"), words % params)


def _end(session: Session) -> Iterator[Notice]:
    if session.phase == Session.Phase.CLOSED:
        left, small = session.departure, ""
        if left.late_reason:
            params = {"at": day_clock(left.recorded_at), "reason": left.late_reason}
            small = _("recorded %(at)s: %(reason)s") % params
        yield Notice("", left.get_kind_display(), day_clock(left.left_at), small)
    if session.phase == Session.Phase.CANCELLED:
        yield Notice("", _("Ended without a dose"), session.cancel_reason)
