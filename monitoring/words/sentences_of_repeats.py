"""The sentences of what was due, of what was ordered and of when a flag was answered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DEVIATIONS = {
    "reading_late": _("%(slot)s-minute reading taken at %(taken)s min, %(late)s min late"),
    "reading_not_done": _("%(slot)s-minute reading not done: %(reasons)s"),
    "reading_incomplete": _("%(slot)s-minute reading without %(lacking)s"),
    "reading_missed": _("%(slot)s-minute reading missed"),
    "flag_unanswered": _("No one recorded as informed: %(flagged)s"),
    "flag_answered_late": _(
        "Someone informed only after %(minutes)s min, at %(informed)s, recorded at %(recorded)s: "
        "%(flagged)s"
    ),
    "answer_backdated": _(
        "Response entered %(minutes)s min after it: someone informed at %(informed)s, recorded at "
        "%(recorded)s: %(reason)s"
    ),
    "repeat_late": _("Repeat due at %(due)s taken %(minutes)s min late: %(because)s"),
    "repeat_not_done": _("Repeat due at %(due)s not done: %(because)s"),
    "repeat_missed": _("Repeat due at %(due)s never taken: %(because)s"),
}

REPEATS = {
    "blood_pressure": _("high blood pressure"),
    "spo2": _("low SpO₂"),
    "ordered": _("ordered"),
}
"""Why a reading is repeated."""
