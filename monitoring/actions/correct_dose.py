"""Correct what was entered of a device, or of a part of an infusion; the original stays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from clinic import access
from clinic.access import Permission
from clinic.ids import uuid7
from clinic.refusal import Conflict, Refused, refuse
from monitoring.actions.correcting import copied, require_correctable
from monitoring.actions.text import require_text
from monitoring.actions.times import require_not_future
from monitoring.actions.work import SessionWork, session_verb
from monitoring.models import Dose, DoseEnd
from monitoring.models.rows import SessionRows
from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.phase import PRESENT

WHOLE = 2
"""The sprays of a device (CLINICAL 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseCorrection:
    """What was wrong, as it is right; None leaves it as it was. `sprays` are those that left a
    device; `ended_at` and `ended_mg` are of an infusion whose end is recorded; `is_running` says
    that its end was entered in error, and that it still runs."""

    lot: str | None = None
    expiry: date | None = None
    started_at: datetime | None = None
    sprays: int | None = None
    partial_detail: str | None = None
    ended_at: datetime | None = None
    ended_mg: Decimal | None = None
    is_running: bool | None = None


@session_verb(Permission.GIVE_DOSE, phases=(*PRESENT, "closed"))
def correct_dose(
    work: SessionWork, *, id: UUID, replaces: UUID, correction: DoseCorrection, reason: str
) -> Dose:
    """Add dose `id` in the place of `replaces`, once, with a reason; the window is computed anew.

    It keeps its number, what it rested on and, of an infusion, its end. A time that is earlier, or
    less given, is a clinician's to correct, for the window would end earlier (CLINICAL 7, hazards 1
    and 32). After the patient has left it is marked, changes nothing that was signed, and waits for
    a clinician's review. Raises Refused at each field, Conflict with another's correction,
    NotAllowed.
    """
    rows = work.session.rows
    if sent := rows.find(Dose, id):
        if sent.replaces_id != replaces or sent.correction_reason != reason.strip():
            raise Conflict(sent)
        return sent
    work.require_phase()
    original = require_correctable(rows, Dose, replaces)
    end = rows.beside(original, DoseEnd)
    require_text(reason, "reason")
    if all(getattr(correction, field.name) is None for field in fields(correction)):
        raise refuse("nothing_corrected")
    dose = copied(original) | _corrected(work, original, correction)
    ending = copied(end) | _ended(work, end, dose, correction) if end else {}
    _require_clinician(work, original, end, dose, ending)
    if correction.is_running:
        _require_may_run(work, original, end)
        end = None
    else:
        _require_ended(work, original, end)
    dose |= {"id": id, "replaces": original, "correction_reason": reason.strip()}
    made = work.add(Dose(**{**dose, "after_departure": work.session.phase == "closed"}))
    if end is not None:
        work.add(DoseEnd(**{**ending, "id": uuid7(), "dose_id": made.pk}))
    return made


def _corrected(work: SessionWork, was: Dose, correction: DoseCorrection) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if correction.lot is not None:
        found["lot"] = require_text(correction.lot, "lot")
    started_at = correction.started_at
    if started_at is not None:
        require_not_future(work, started_at, "started_at")
        admitted = work.facts.admitted_at
        if admitted is not None and started_at < admitted - CLOCKS_APART:
            raise refuse("dose_before_admission", "started_at", at=started_at, other=admitted)
        found["started_at"] = started_at
    if correction.expiry is not None:
        given_on = (started_at or was.started_at).astimezone(work.session.site.tz).date()
        if correction.expiry < given_on:
            raise refuse("expired", "expiry", expiry=correction.expiry)
        found["expiry"] = correction.expiry
    is_device = was.is_complete is not None
    if correction.sprays is not None or (is_device and correction.partial_detail is not None):
        found |= _sprays(was, correction)
    return found


def _sprays(was: Dose, correction: DoseCorrection) -> dict[str, Any]:
    """How many sprays left the device; fewer than two are explained."""
    sprays = was.sprays if correction.sprays is None else correction.sprays
    if was.is_complete is None or sprays not in range(WHOLE + 1):
        raise refuse("required", "sprays")
    if sprays == WHOLE:
        return {"sprays": WHOLE, "is_complete": True, "partial_detail": "", "complaint": ""}
    detail = was.partial_detail if correction.partial_detail is None else correction.partial_detail
    detail = require_text(detail, "partial_detail")
    return {"sprays": sprays, "is_complete": False, "partial_detail": detail}


def _ended(
    work: SessionWork, was: DoseEnd, dose: dict[str, Any], correction: DoseCorrection
) -> dict[str, Any]:
    ended_at = was.ended_at if correction.ended_at is None else correction.ended_at
    mg = was.mg if correction.ended_mg is None else correction.ended_mg
    require_not_future(work, ended_at, "ended_at")
    if ended_at < dose["started_at"]:
        raise refuse("before_start", "ended_at", at=ended_at, other=dose["started_at"])
    if not 0 <= mg <= dose["mg"]:
        raise refuse("not_within_order", "ended_mg", ordered=dose["mg"])
    found: dict[str, Any] = {"ended_at": ended_at, "mg": mg}
    if correction.partial_detail is not None or mg != was.mg:
        is_complete = was.kind == DoseEnd.Kind.ENDED and mg == dose["mg"]
        detail = "" if is_complete else correction.partial_detail or was.partial_detail
        found |= {"is_complete": is_complete, "partial_detail": detail}
        if not is_complete:
            require_text(detail, "partial_detail")
    return found


def _require_may_run(work: SessionWork, was: Dose, end: DoseEnd | None) -> None:
    """Refuse to let a part run on that never ended, that another followed, or once the patient has
    left; a clinician alone may, for the end that comes next may be an earlier one."""
    is_last = was.pk == work.session.rows.standing(Dose)[-1].pk
    if end is None or not is_last or work.session.phase == "closed":
        raise refuse("not_running", "is_running")
    if not access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site):
        raise refuse("clinician_corrects", "is_running")


def _require_ended(work: SessionWork, was: Dose, end: DoseEnd | None) -> None:
    """A part whose end was taken away is corrected by a clinician alone until it ends again."""
    is_lost = end is None and end_taken_away(work.session.rows, was) is not None
    if is_lost and not access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site):
        raise refuse("clinician_corrects", "reason")


def end_taken_away(rows: SessionRows, dose: Dose) -> DoseEnd | None:
    """The end that what `dose` replaces had; compared with the end that `dose` is given."""
    was = rows.find(Dose, dose.replaces_id) if dose.replaces_id else None
    return rows.beside(was, DoseEnd) if was else None


def _require_clinician(
    work: SessionWork,
    was: Dose,
    end: DoseEnd | None,
    dose: dict[str, Any],
    ending: dict[str, Any],
) -> None:
    """Refuse to anyone else what ends the window earlier or takes some of the dose away."""
    fewer = _given(dose["sprays"]) < _given(was.sprays)
    fields = [
        ("started_at", dose["started_at"] < was.started_at),
        ("sprays", fewer),
        ("ended_at", end is not None and ending["ended_at"] < end.ended_at),
        ("ended_mg", end is not None and ending["mg"] < end.mg),
    ]
    less = [name for name, is_less in fields if is_less]
    if less and not access.may(work.by, Permission.CONFIRM_STRIKE, work.session.site):
        raise Refused([m for name in less for m in refuse("clinician_corrects", name).messages])


def _given(sprays: int | None) -> int:
    """A device recorded before sprays were asked counts whole."""
    return WHOLE if sprays is None else sprays
