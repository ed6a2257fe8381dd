"""What the overview tells: its lines with what each is a share of, and its figures in minutes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.lookups import GreaterThan
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from monitoring.models import Departure
from monitoring.rules.counted import RISES, SPO2_BELOW, SPO2_FAR_BELOW, bit

_RISE = {
    "systolic": _("Systolic rise of {limit} mmHg or more"),
    "diastolic": _("Diastolic rise of {limit} mmHg or more"),
}
_LOW = _("SpO₂ below {limit} %")


@dataclass(frozen=True, slots=True)
class Whole:
    """What a share is of: `name` is what is counted, `without` what is left out. It is the sum of a
    column, or the number of sessions behind a line."""

    name: str | Promise
    without: str | Promise = ""
    column: str = ""


_NO_DOSE = _("Sessions without a dose")
WHOLES: dict[str, Whole] = {
    "ended": Whole(_("sessions that ended"), _("Sessions that go on")),
    "dosed": Whole(_("sessions with a dose"), _NO_DOSE),
    "slots": Whole(
        _("slots of which a reading was asked"),
        _("Slots after the patient had left or was cleared"),
        "slots_asked",
    ),
    "forty": Whole(
        _("sessions that reached the 40-minute reading"),
        _("Sessions without a dose, or that ended before it was asked"),
    ),
    "systolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _("Sessions where one of them was not measured"),
    ),
    "diastolic": Whole(
        _("sessions with a pressure before and after the dose"),
        _("Sessions where one of them was not measured"),
    ),
    "sedation": Whole(
        _("sessions in which sedation was rated after the dose"),
        _("Sessions where it was not rated"),
    ),
    "dissociation": Whole(
        _("sessions in which dissociation was rated after the dose"),
        _("Sessions where it was not rated"),
    ),
    "spo2": Whole(
        _("sessions in which SpO₂ was measured after the dose"),
        _("Sessions where it was not measured"),
    ),
    "entries": Whole(
        _("entries of doses, readings, events and departures"),
        _("What was entered in error; of what was corrected, all but the first entry"),
        "entered",
    ),
    "answers": Whole(
        _("flags of which someone had to be informed"),
        _("Flags that ask for a repeat alone; readings entered after departure"),
        "to_answer",
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One share of WHOLES[`of`]: the sum of `column`, or the sessions behind it. Of a sum `opened`
    says which sessions are behind it: these a tap opens."""

    code: str
    name: str | Promise
    of: str
    column: str = ""
    opened: str | Promise = ""

    @property
    def opens(self) -> str | Promise:
        return self.opened or self.name


GROUPS: tuple[tuple[str | Promise, tuple[Line, ...]], ...] = (
    (
        _("How sessions ended"),
        (
            *(Line(key, name, "ended") for key, name in Departure.Kind.choices),
            Line("cancelled", _("Cancelled"), "ended"),
            Line("dosed", _("With a dose"), "ended"),
            Line("signed", _("Signed, and it stood"), "dosed"),
            Line("unsigned", _("Not signed"), "dosed"),
            Line("left_early", _("Left before the window ended"), "dosed"),
        ),
    ),
    (
        _("Readings"),
        (
            Line(
                "slots_answered",
                _("Slots answered: measured, or coded as not done"),
                "slots",
                "slots_answered",
                _("Sessions with a slot that was not answered"),
            ),
            Line(
                "slots_in_time",
                _("Slots with a blood pressure measured in their time"),
                "slots",
                "slots_in_time",
                _("Sessions with a slot without a blood pressure in its time"),
            ),
            Line("forty_on_time", _("40-minute blood pressure on time"), "forty"),
            Line("forty_late", _("40-minute blood pressure late"), "forty"),
            Line("forty_not_done", _("40-minute blood pressure coded as not done"), "forty"),
            Line("forty_missed", _("40-minute blood pressure missed"), "forty"),
        ),
    ),
    (
        _("Blood pressure and oxygen"),
        (
            *(
                Line(f"{key}_rise", format_lazy(_RISE[key], limit=limit), key)
                for key, limit in RISES.items()
            ),
            Line("spo2_below", format_lazy(_LOW, limit=SPO2_BELOW), "spo2"),
            Line("spo2_far_below", format_lazy(_LOW, limit=SPO2_FAR_BELOW), "spo2"),
        ),
    ),
    (
        _("Sedation and dissociation"),
        (
            Line("sedation_affected", _("More sedated than before the dose"), "sedation"),
            Line("sedation_not_over", _("Sedation not over at the last reading"), "sedation"),
            Line(
                "dissociation_affected", _("More dissociated than before the dose"), "dissociation"
            ),
            Line(
                "dissociation_not_over",
                _("Dissociation not over at the last reading"),
                "dissociation",
            ),
        ),
    ),
    (
        _("Entries and answers"),
        (
            Line(
                "entered_late",
                _("Entered late"),
                "entries",
                "entered_late",
                _("Sessions with something entered late"),
            ),
            Line(
                "corrected",
                _("Corrected"),
                "entries",
                "corrected",
                _("Sessions with something corrected"),
            ),
            Line("struck", _("Sessions with something entered in error"), "ended"),
            Line(
                "answered_late",
                _("Informed of late"),
                "answers",
                "answered_late",
                _("Sessions with a flag that was informed of late"),
            ),
            Line(
                "unanswered",
                _("Nobody informed"),
                "answers",
                "unanswered",
                _("Sessions with a flag of which nobody was informed"),
            ),
        ),
    ),
)
LINES: dict[str, Line] = {line.code: line for _name, lines in GROUPS for line in lines}

MINUTES: dict[str, tuple[str | Promise, str | Promise]] = {
    "sedation_minutes": (
        _("Sedation over, after the first dose"),
        _("Sessions in which the patient was not more sedated, or still was at the last reading"),
    ),
    "dissociation_minutes": (
        _("Dissociation over, after the first dose"),
        _("Sessions in which there was none more, or still was at the last reading"),
    ),
    "ready_minutes": (
        _("Ready to leave, after the first dose, as signed"),
        _("Sessions without a signature that stood, or that did not ask"),
    ),
    "signature_minutes": (
        _("Waited for the signature, once ready and the window had ended"),
        _("Sessions without a signature that stood"),
    ),
}
"""Figures in minutes: their names, and what is left out. Each is a column of the figures."""
COMPARED = ("forty_on_time", "slots_answered", "left_early", "entered_late", "answered_late")
"""The lines that are told by month, protocol or person."""


def choices() -> list[tuple[str, str | Promise]]:
    """Each line and each figure in minutes, with the words for the sessions that a tap opens."""
    lines = [(line.code, line.opens) for line in LINES.values()]
    return [*lines, *((code, name) for code, (name, _without) in MINUTES.items())]


def rows(code: str, at: str = "") -> Q:
    """The sessions behind it, among the figures; `at` is the way to them from another table. That a
    bit is set is asked as "more than nothing", of which PostgreSQL expects a third: it goes by an
    index in the order that is asked for, and not by all that are found, which may be most."""
    if code in LINES:
        return Q(GreaterThan(F(f"{at}counts").bitand(bit(code)), 0))
    return Q((f"{at}{code}__isnull", False))
