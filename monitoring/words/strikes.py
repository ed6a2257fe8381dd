"""What was entered in error, as it reads beside the entry itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from clinic.pages import moments
from monitoring.models import Strike, StrikeConfirmation
from monitoring.models.rows import SessionRows
from monitoring.words.people import with_sender


@dataclass(frozen=True, slots=True)
class StrikeNote:
    """What is said of a fact that someone struck. `is_struck`: it counts no more."""

    words: str
    is_struck: bool
    waits: bool = False


def strike_notes(rows: SessionRows) -> dict[UUID, StrikeNote]:
    """By the id of the fact, the last thing that was said of it."""
    return {strike.target: _note(rows, strike) for strike in rows.of(Strike)}


def _note(rows: SessionRows, strike: Strike) -> StrikeNote:
    answer = rows.beside(strike, StrikeConfirmation)
    said = {
        "kind": str(strike.get_kind_display()),
        "reason": strike.reason,
        "by": with_sender(strike.printed_name, strike),
        "at": moments.clock(strike.recorded_at),
        "who": answer.printed_name if answer else "",
        "why": answer.reason if answer else "",
    }
    if answer is not None and not answer.is_confirmed:
        words = _("%(by)s marked this as entered in error; %(who)s let it count: %(why)s")
        return StrikeNote(words % said, is_struck=False)
    if not rows.stands(strike):
        words = _(
            "Marked as entered in error (%(kind)s): %(reason)s, %(by)s, %(at)s. It counts until a "
            "clinician confirms this"
        )
        return StrikeNote(words % said, is_struck=False, waits=True)
    words = _("Entered in error (%(kind)s): %(reason)s, %(by)s, %(at)s")
    if answer is not None:
        words = _("Entered in error (%(kind)s): %(reason)s, %(by)s, %(at)s; confirmed by %(who)s")
    return StrikeNote(words % said, is_struck=True)
