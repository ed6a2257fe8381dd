"""A clinic's protocol: schedule, window, ranges and criteria, as data.

Each default names its row in the table of rules (CLINICAL 8). A clinic may make a safety rule
stricter; `Protocol` refuses to be made laxer than its floor.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, fields
from datetime import timedelta
from typing import Any, Literal

from monitoring.rules import questions
from monitoring.rules.marking import gettext_noop as _
from monitoring.rules.scales import DISSOCIATION_0_4, MOAAS, SCALES

REMS_CHECK_MINUTES = 40
"""The blood pressure about 40 minutes after the first device is a field of the REMS form
(CLINICAL 8, rules 6 and 7); with pre-dose and final it can never be configured away."""


class ProtocolError(ValueError):
    """The protocol is laxer than its source allows. `problems` are sentences."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """All the numbers of one protocol. Minutes, mmHg, percent and mg throughout."""

    key: str
    title: str
    drug: str
    route: Literal["intranasal", "intravenous"]
    jurisdiction: str

    # The dose: CLINICAL 8, rules 20, 21 and 22.
    device_mg: int | None
    allowed_totals_mg: tuple[int, ...]
    first_treatment_max_mg: int | None
    rest_between_devices_minutes: int
    rems: bool
    first_treatment_older_max_mg: int | None = None

    # The course of treatment with a spray: rules 26 and 53.
    least_days_between: int = 2
    induction_weeks: int = 4
    induction_a_week: int = 2
    later_a_week: int = 1

    # An infusion, beyond which a clinician says why: CLINICAL 5, 0.5 mg/kg over 40 min; rule 44.
    infusion_most_mcg_kg: int = 500
    infusion_least_minutes: int = 40

    # The schedule: rules 6, 7, 8 and 9.
    slots: tuple[int, ...]
    repeat_every_minutes: int = 15
    slot_tolerance_minutes: int = 5
    forty_on_time: tuple[int, int] = (30, 50)
    overdue_after_minutes: int = 5
    escalate_after_minutes: int = 10

    # The window: rules 1, 2, 3 and 44.
    window_minutes: int = 120

    # Before the dose: rules 10, 12 and 23.
    guide_systolic: int = 140
    guide_diastolic: int = 90
    predose_max_age_minutes: int = 30
    food_minutes: int = 120
    liquid_minutes: int = 30
    nasal_minutes: int | None = 60

    # What is asked on arrival and at the signature: rules 24, 25 and 5.
    contraindications: tuple[str, ...] = questions.CONTRAINDICATIONS
    concomitant: tuple[str, ...] = questions.CONCOMITANT
    checklist: tuple[str, ...] = questions.US_CHECKLIST

    # Flags: rules 13, 14, 17, 18 and 19.
    notify_systolic: int = 180
    notify_diastolic: int = 110
    notify_systolic_rise: int = 40
    notify_diastolic_rise: int = 25
    emergency_systolic: int = 200
    emergency_diastolic: int = 120
    emergency_repeat_minutes: int = 5
    spo2_below: int = 93
    spo2_far_below: int = 90
    sedation_notify: int = 3
    sedation_emergency: int = 1
    dissociation_notify: int = 3

    # What a value or an order makes due: rule 51; until when a flag is answered: rule 9.
    repeat_pressure_minutes: int = 5
    repeat_spo2_minutes: int = 2
    answer_within_minutes: int = 10

    # Respiratory rate, heart rate and low pressure, before and after the dose: rules 48 and 49.
    respiratory_low_emergency: int = 8
    respiratory_low_notify: int = 11
    respiratory_high_notify: int = 21
    respiratory_high_emergency: int = 25
    heart_low_emergency: int = 40
    heart_low_notify: int = 50
    heart_high_notify: int = 111
    heart_high_emergency: int = 131
    systolic_low_emergency: int = 90
    systolic_low_notify: int = 100

    # Clearance: rules 5, 15, 16 and 33.
    clearance_systolic: int = 140
    clearance_diastolic: int = 90
    clearance_within_percent: int = 20
    clearance_rise: int = 10
    clearance_sedation: int = 5
    clearance_dissociation: int = 0
    final_set_max_age_minutes: int = 15
    clearance_valid_minutes: int = 15

    # Recording: rules 37 and 46.
    late_entry_minutes: int = 5
    sedation_scale: str = MOAAS.id
    dissociation_scale: str = DISSOCIATION_0_4.id

    def __post_init__(self) -> None:
        problems = [*_too_lax(self), *_too_slow(self), *_never_mild(self)]
        if problems:
            raise ProtocolError(problems)

    @property
    def scales(self) -> dict[str, str]:
        """The id of the scale on which each rated observation is rated."""
        return {"sedation": self.sedation_scale, "dissociation": self.dissociation_scale}

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.window_minutes)

    @property
    def is_infusion(self) -> bool:
        return self.route == "intravenous"

    @property
    def fasting(self) -> tuple[str, ...]:
        """What the patient has kept from; nasal medication for a spray alone (rule 23)."""
        is_nasal = self.nasal_minutes is not None
        return tuple(q for q in questions.FASTING if is_nasal or q != "no_recent_nasal")

    @property
    def questions(self) -> tuple[str, ...]:
        """What is asked on arrival, in its order."""
        listed = {*self.contraindications, *self.concomitant, *self.fasting}
        everywhere = {*questions.QUESTIONS_YES, "transport_arranged"}
        return tuple(q for q in questions.QUESTIONS if q in listed | everywhere)

    def devices(self, total_mg: float) -> int:
        """How many devices or infusions make `total_mg` (CLINICAL 8, rule 21: mg / 28)."""
        return int(total_mg // self.device_mg) if self.device_mg else 1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Protocol:
        """The protocol written by `to_json`. Raises ProtocolError when it is too lax."""
        known = {f.name for f in fields(cls)}
        unknown = sorted(set(body) - known)
        if unknown:
            raise ProtocolError([f"unknown setting: {name}" for name in unknown])
        missing = {f.name for f in fields(cls) if f.default is MISSING} - set(body)
        if missing:
            raise ProtocolError([f"missing setting: {name}" for name in sorted(missing)])
        values: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in body.items()
        }
        return cls(**values)


def _is_within(minutes: int, span: tuple[int, int]) -> bool:
    return span[0] <= minutes <= span[1]


def _of_questions(p: Protocol) -> list[tuple[bool, str]]:
    """A country adds to what is asked everywhere (CLINICAL 8, rules 24 and 25)."""
    lists = (
        (p.contraindications, questions.CONTRAINDICATIONS, questions.EU_CONTRAINDICATIONS),
        (p.concomitant, questions.CONCOMITANT, questions.EU_CONCOMITANT),
        (p.checklist, questions.US_CHECKLIST, tuple(questions.CHECKLIST)),
    )
    words = "a question of every country cannot be left out, nor one be asked that is not known"
    return [(_lists(*each), words) for each in lists]


def _lists(asked: tuple[str, ...], least: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether `asked` has all of `least` and nothing that is not `known`, each once."""
    return set(least) <= set(asked) <= set(known) and len(set(asked)) == len(asked)


def _never_mild(p: Protocol) -> list[str]:
    """What of `p` would be an emergency before anyone is informed of it (CLINICAL 8, rules 48 and
    54)."""
    rules = [
        (
            p.respiratory_low_emergency < p.respiratory_low_notify
            and p.respiratory_high_notify < p.respiratory_high_emergency,
            "someone is informed of a respiratory rate before it is an emergency",
        ),
        (
            p.heart_low_emergency < p.heart_low_notify
            and p.heart_high_notify < p.heart_high_emergency,
            "someone is informed of a heart rate before it is an emergency",
        ),
        (
            p.systolic_low_emergency < p.systolic_low_notify,
            "someone is informed of a low pressure before it is an emergency",
        ),
    ]
    return [sentence for holds, sentence in rules if not holds]


def _too_lax(p: Protocol) -> list[str]:
    """What in `p` is laxer than its floor, each as a sentence (CLINICAL 8, last column)."""
    rules = [
        (list(p.slots) == sorted(set(p.slots)), "slots must rise and not repeat"),
        (all(0 < slot <= 1440 for slot in p.slots), "slots are minutes after the first dose"),
        (REMS_CHECK_MINUTES in p.slots, "the 40-minute blood pressure cannot be left out"),
        (p.repeat_every_minutes > 0, "readings must repeat while anything is open"),
        (p.slot_tolerance_minutes >= 0, "a reading has its time, give or take some minutes"),
        (_is_within(REMS_CHECK_MINUTES, p.forty_on_time), "40 minutes must be on time"),
        (p.escalate_after_minutes >= p.overdue_after_minutes, "escalation comes after overdue"),
        (p.overdue_after_minutes > 0, "a reading is overdue some minutes after it was due"),
        (p.window_minutes > 0, "there must be an observation window"),
        (not p.rems or p.window_minutes >= 120, "the window is at least 120 minutes under REMS"),
        (p.guide_systolic <= 140 and p.guide_diastolic <= 90, "the pre-dose guide is 140/90"),
        (p.predose_max_age_minutes > 0, "the pre-dose reading must have a greatest age"),
        (
            p.is_infusion or p.rest_between_devices_minutes >= 5,
            "devices are at least 5 minutes apart",
        ),
        (p.is_infusion or p.device_mg is not None, "a nasal protocol counts devices"),
        (p.is_infusion or bool(p.allowed_totals_mg), "a nasal protocol lists its allowed totals"),
        (p.food_minutes >= 120 and p.liquid_minutes >= 30, "fasting is 2 hours and 30 minutes"),
        (
            p.is_infusion or (p.nasal_minutes or 0) >= 60,
            "nasal medication is at least 1 hour before",
        ),
        (not p.rems or p.spo2_below >= 93, "SpO2 cannot be switched off under REMS"),
        (p.spo2_far_below <= p.spo2_below, "the lower SpO2 limit lies below the upper"),
        (not p.rems or p.device_mg == 28, "a SPRAVATO device holds 28 mg"),
        (
            not p.rems or set(p.allowed_totals_mg) <= {28, 56, 84},
            "the allowed totals are 28, 56 and 84 mg",
        ),
        (
            not p.rems or 0 < (p.first_treatment_max_mg or 0) <= 56,
            "a first treatment is at most 56 mg",
        ),
        (
            p.sedation_scale != MOAAS.id or p.clearance_sedation >= 5,
            "sedation is resolved at MOAA/S 5",
        ),
        (p.clearance_dissociation <= 0, "dissociation is resolved at 0"),
        (p.final_set_max_age_minutes > 0, "the final set must have a greatest age"),
        (p.clearance_valid_minutes > 0, "a clearance lapses after some minutes"),
        *_of_questions(p),
        *(_of_infusion(p) if p.is_infusion else []),
        (p.sedation_scale in SCALES, "unknown sedation scale"),
        (p.dissociation_scale in SCALES, "unknown dissociation scale"),
    ]
    return [sentence for holds, sentence in rules if not holds]


def _of_infusion(p: Protocol) -> list[tuple[bool, str]]:
    """Beyond what CLINICAL 5 has a source for, 0.5 mg/kg over 40 min, a clinician says why."""
    return [
        (0 < p.infusion_most_mcg_kg <= 500, "an infusion above 0.5 mg/kg asks for a reason"),
        (p.infusion_least_minutes >= 40, "an infusion over less than 40 minutes asks for a reason"),
    ]


def _too_slow(p: Protocol) -> list[str]:
    """What is followed up later in `p` than it may be (CLINICAL 8, rules 9 and 51)."""
    rules = [
        (0 < p.repeat_pressure_minutes <= 5, "a high pressure is repeated within 5 minutes"),
        (0 < p.repeat_spo2_minutes <= 2, "a low SpO2 is repeated within 2 minutes"),
        (0 < p.answer_within_minutes <= 10, "someone is informed within 10 minutes"),
    ]
    return [sentence for holds, sentence in rules if not holds]


SPRAVATO_US = Protocol(
    key="spravato-us",
    title="SPRAVATO (esketamine) nasal spray, US outpatient",
    drug=_("esketamine"),
    route="intranasal",
    jurisdiction="US",
    device_mg=28,
    allowed_totals_mg=(56, 84),
    first_treatment_max_mg=56,
    rest_between_devices_minutes=5,
    rems=True,
    slots=(15, 30, 40, 60, 90, 120),
)
"""The shipped default (CLINICAL 8; schedule of rule 8, window of rules 1 and 3). 28 mg is no total
of the United States (rules 20 and 53)."""

SPRAVATO_EU = Protocol(
    key="spravato-eu",
    title="SPRAVATO (esketamine) nasal spray, EU and UK",
    drug=_("esketamine"),
    route="intranasal",
    jurisdiction="EU",
    device_mg=28,
    allowed_totals_mg=(28, 56, 84),
    first_treatment_max_mg=56,
    first_treatment_older_max_mg=28,
    rest_between_devices_minutes=5,
    rems=False,
    slots=(15, 30, 40, 60, 90, 120),
    window_minutes=120,
    contraindications=questions.EU_CONTRAINDICATIONS,
    concomitant=questions.EU_CONCOMITANT,
    checklist=tuple(questions.CHECKLIST),
)
"""A template (CLINICAL 8, rules 2, 20 and 24; 11). The information there has no fixed minimum of
observation: 120 minutes is a default that the clinic sets by itself."""

KETAMINE_IV = Protocol(
    key="ketamine-iv",
    title="Ketamine intravenous infusion (off-label)",
    drug=_("ketamine"),
    route="intravenous",
    jurisdiction="",
    device_mg=None,
    allowed_totals_mg=(),
    first_treatment_max_mg=None,
    rest_between_devices_minutes=0,
    rems=False,
    slots=(15, 30, 40, 60, 90),
    nasal_minutes=None,
)
"""A template: window from the end of the infusion, no REMS form (CLINICAL 8, rule 44; slots after
CLINICAL 5, S88). The clinic sets its own minimum."""

PROTOCOLS: tuple[Protocol, ...] = (SPRAVATO_US, SPRAVATO_EU, KETAMINE_IV)
"""What a new site begins with: defaults, for the medical director to approve before use."""
