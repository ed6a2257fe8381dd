"""A protocol as sentences: what each number does, its unit, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from monitoring.models import Admission
from monitoring.rules.facts import REPEAT_MINUTES
from monitoring.rules.flags import Flag
from monitoring.rules.history import ADULT_YEARS, EVALUATED, LOW_TOTAL_MG, OLDER_YEARS
from monitoring.rules.protocol import REMS_CHECK_MINUTES, Protocol
from monitoring.rules.questions import CHECKLIST

US, EU = "US", "EU"
JURISDICTIONS = {
    US: gettext_noop("United States"),
    EU: gettext_noop("European Union and United Kingdom"),
}

LABEL = gettext_noop("US SPRAVATO label")
IFU = gettext_noop("SPRAVATO device instructions")
REMS = gettext_noop("SPRAVATO REMS")
TRIALS = gettext_noop("Cut-offs by which the US SPRAVATO label reports trial results")
BOXED = gettext_noop(
    "Boxed warning of the US SPRAVATO label; which values it means is the product's default"
)
OXYGEN = gettext_noop("Cut-off of the esketamine trials")
SPAN = gettext_noop(
    "The REMS patient monitoring form asks for 40; the span is the product's default"
)
PHQ9 = gettext_noop("PHQ-9: any answer above 0 to item 9 is followed up")
CSSRS = gettext_noop("Columbia Protocol, triage of the screener")
OURS = gettext_noop("The product's default; the clinic's medical director approves it")
NEWS2 = gettext_noop("Outer bands of NEWS2, taken as limits without its score")
CONSENSUS = gettext_noop(
    "The dose of the 2017 consensus, which is no standard; as a limit it is the product's default"
)
NO_LABEL = gettext_noop("no country; the use is off-label")
LEAFLET = gettext_noop("EU package leaflet")
EU_LABEL = gettext_noop("EU and UK SPRAVATO information")
FROM_US = gettext_noop("Taken over from the United States; the clinic compares it with its own")
ADOPTED = gettext_noop("Taken over from SPRAVATO; no label asks for it here")

ROUTES = {
    "intranasal": gettext_noop("nasal spray"),
    "intravenous": gettext_noop("intravenous infusion"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    words: str
    value: str
    source: str


Group = tuple[str, list[Setting]]


@dataclass(frozen=True, slots=True)
class Change:
    """One setting that a later version has otherwise."""

    words: str
    old: str
    new: str


FLAG_SOURCES = {
    "systolic_high": TRIALS,
    "diastolic_high": TRIALS,
    "systolic_rise": TRIALS,
    "diastolic_rise": TRIALS,
    "systolic_emergency": OURS,
    "diastolic_emergency": OURS,
    "systolic_high_again": OURS,
    "diastolic_high_again": OURS,
    "spo2_below": OXYGEN,
    "spo2_below_again": OXYGEN,
    "spo2_far_below": OURS,
    "sedation_low": OURS,
    "sedation_emergency": OURS,
    "dissociation_high": OURS,
    "systolic_low": NEWS2,
    "systolic_low_emergency": NEWS2,
    "respiratory_low": NEWS2,
    "respiratory_low_emergency": NEWS2,
    "respiratory_high": NEWS2,
    "respiratory_high_emergency": NEWS2,
    "heart_low": NEWS2,
    "heart_low_emergency": NEWS2,
    "heart_high": NEWS2,
    "heart_high_emergency": NEWS2,
    "crisis_symptom": LABEL,
    "urgent_symptom": OURS,
    "serious_event": REMS,
    "suicidal_thoughts": LABEL,
    "phq9_item9": PHQ9,
    "cssrs_4": CSSRS,
    "cssrs_5": CSSRS,
    "cssrs_6": CSSRS,
}
"""Where the limit of each flag comes from (CLINICAL 8, rules 13, 14, 17, 18, 19, 42, 43 and
48)."""


def flag_source(protocol: Protocol, flag: Flag) -> str:
    """The source of the limit that `flag` is outside of, under this protocol."""
    return _of(protocol, FLAG_SOURCES[flag.code])


def groups(protocol: Protocol) -> list[Group]:
    """Every number of `protocol`; what it does not have is left out."""
    return [
        (_("Dose"), list(_dose(protocol))),
        (_("Before the dose"), list(_before(protocol))),
        (_("Readings"), list(_readings(protocol))),
        (_("When someone is informed"), limits(protocol)),
        (_("Clearance"), list(_clearance(protocol))),
    ]


def changes(old: Protocol, new: Protocol) -> list[Change]:
    """What is otherwise in `new`, a version made of `old`: the same settings in the same order."""
    pairs = zip(groups(old), groups(new), strict=True)
    return [
        Change(was.words, was.value, now.value)
        for (_heading, before), (_same, after) in pairs
        for was, now in zip(before, after, strict=True)
        if was.value != now.value
    ]


def _setting(p: Protocol, words: str, value: str, source: str) -> Setting:
    return Setting(words, value, _of(p, source))


def _of(p: Protocol, source: str) -> str:
    """A label of the United States is no source elsewhere, and the REMS none outside of it."""
    holds = p.rems if source in {REMS, SPAN} else p.jurisdiction == US or source in {OURS, NEWS2}
    return _(source if holds else FROM_US if p.jurisdiction == EU else ADOPTED)


def _label(p: Protocol) -> str:
    """The source of what each country's own label lists."""
    return _(EU_LABEL) if p.jurisdiction == EU else _of(p, LABEL)


def _minutes(count: int) -> str:
    return _("%(count)s min") % {"count": count}


def _pressure(systolic: int, diastolic: int) -> str:
    return f"{systolic}/{diastolic} mmHg"


def _dose(p: Protocol) -> Iterator[Setting]:
    yield Setting(_("Drug and route"), f"{_(p.drug)}, {_(ROUTES[p.route])}", "")
    where = _(JURISDICTIONS.get(p.jurisdiction, NO_LABEL))
    yield Setting(_("Made after the label of"), where, "")
    if p.device_mg:
        yield _setting(p, _("One device holds"), f"{p.device_mg} mg", IFU)
        rest = _minutes(p.rest_between_devices_minutes)
        yield _setting(p, _("Rest between two devices, at least"), rest, IFU)
    if p.allowed_totals_mg:
        totals = ", ".join(map(str, p.allowed_totals_mg))
        yield Setting(_("Totals that may be ordered"), f"{totals} mg", _label(p))
    if p.first_treatment_max_mg:
        words = _("First treatment of treatment-resistant depression, at most")
        yield Setting(words, f"{p.first_treatment_max_mg} mg", _label(p))
    if p.first_treatment_older_max_mg:
        words = _("First treatment from the age of 65, at most")
        yield Setting(words, f"{p.first_treatment_older_max_mg} mg", _label(p))
    yield from _infusion(p) if p.is_infusion else _course(p)
    words = _("REMS: site certified, patient enrolled, readiness minutes asked")
    yield Setting(words, _("Yes") if p.rems else _("No"), _(REMS) if p.rems else "")


def _course(p: Protocol) -> Iterator[Setting]:
    """Otherwise a clinician gives a reason (CLINICAL 8, rules 26 and 53)."""
    words = _("Days from one session to the next, at least")
    yield _setting(p, words, str(p.least_days_between), OURS)
    params = {"weeks": p.induction_weeks, "early": p.induction_a_week, "later": p.later_a_week}
    often = _("%(early)s in the first %(weeks)s weeks, then %(later)s") % params
    yield Setting(_("Sessions within 7 days, at most"), often, _label(p))
    if LOW_TOTAL_MG in p.allowed_totals_mg:
        words = _("%(mg)s mg without a clinician's reason from the age of") % {"mg": LOW_TOTAL_MG}
        yield Setting(words, _years(OLDER_YEARS), _label(p))
    words = _("A clinician says why acute suicidal ideation is treated after")
    yield _setting(p, words, _("%(count)s weeks") % {"count": EVALUATED.days // 7}, LABEL)


def _infusion(p: Protocol) -> Iterator[Setting]:
    most = _("%(mg)s mg/kg, that is %(mcg)s mcg/kg") % {
        "mg": f"{p.infusion_most_mcg_kg / 1000:g}",
        "mcg": p.infusion_most_mcg_kg,
    }
    yield Setting(_("A clinician says why when more is ordered than"), most, _(CONSENSUS))
    yield Setting(_("or over less than"), _minutes(p.infusion_least_minutes), _(CONSENSUS))


def _years(count: int) -> str:
    return _("%(count)s years") % {"count": count}


def _asked(p: Protocol) -> Iterator[Setting]:
    """What the record asks by itself, whatever the clinic sets (CLINICAL 8, rules 52, 53, 55)."""
    words = _("A prescriber orders the dose before the first device, or the infusion")
    yield Setting(words, _("always"), _(OURS))
    words = _("A clinician says why a patient is treated who is younger than")
    yield Setting(words, _years(ADULT_YEARS), _label(p))
    words = _("A clinician says why a second dose is given on one day")
    yield Setting(words, _("always"), _(OURS))
    words = _("An expiry of month and year means the last day of that month")
    yield Setting(words, _("always"), _(LEAFLET))


def _before(p: Protocol) -> Iterator[Setting]:
    yield from _asked(p)
    words = _("Above this guide a clinician decides, with a reason")
    yield _setting(p, words, _pressure(p.guide_systolic, p.guide_diastolic), LABEL)
    words = _("Age of the pre-dose reading when the first dose is given, at most")
    yield _setting(p, words, _minutes(p.predose_max_age_minutes), OURS)
    words = _("A clinician also decides below MOAA/S")
    yield _setting(p, words, str(p.clearance_sedation), BOXED)
    words = _("above a dissociation (0 to 4) of")
    yield _setting(p, words, str(p.clearance_dissociation), BOXED)
    yield _setting(p, _("below an SpO₂ of"), f"{p.spo2_below} %", BOXED)
    words = _(
        "and at any respiratory rate, heart rate or low pressure of which someone is informed"
    )
    yield _setting(p, words, _("always"), BOXED)
    yield _setting(p, _("No food for"), _minutes(p.food_minutes), LABEL)
    yield _setting(p, _("No liquids for"), _minutes(p.liquid_minutes), LABEL)
    if p.nasal_minutes:
        words = _("No nasal corticosteroid or decongestant for")
        yield _setting(p, words, _minutes(p.nasal_minutes), LABEL)
    for words, asked in (
        (_("Contraindications asked, which only a clinician takes back"), p.contraindications),
        (_("Concomitant medication asked"), p.concomitant),
    ):
        yield Setting(words, "; ".join(map(Admission.question, asked)), _label(p))


def _readings(p: Protocol) -> Iterator[Setting]:
    slots = ", ".join(map(str, p.slots))
    words = _("Readings are due after the first dose at")
    yield _setting(p, words, _("pre-dose, %(slots)s min") % {"slots": slots}, OURS)
    words = _("Then, while anything is open, every")
    yield _setting(p, words, _minutes(p.repeat_every_minutes), OURS)
    span = _("%(from)s to %(to)s min") % {"from": p.forty_on_time[0], "to": p.forty_on_time[1]}
    words = _("The %(count)s-minute reading, which cannot be left out, is on time at")
    yield _setting(p, words % {"count": REMS_CHECK_MINUTES}, span, SPAN)
    words = _("Any other reading is on time within")
    yield _setting(p, words, f"± {_minutes(p.slot_tolerance_minutes)}", OURS)
    yield _setting(p, _("A reading is overdue after"), _minutes(p.overdue_after_minutes), OURS)
    yield _setting(p, _("and shown as urgent after"), _minutes(p.escalate_after_minutes), OURS)
    words = _("An entry is marked late, and asked why, after")
    yield _setting(p, words, _minutes(p.late_entry_minutes), OURS)


def limits(protocol: Protocol) -> list[Setting]:
    """The values at which someone is informed."""
    return list(_flags(protocol))


def _flags(p: Protocol) -> Iterator[Setting]:
    words = _("Blood pressure at or above")
    source = FLAG_SOURCES["systolic_high"]
    yield _setting(p, words, _pressure(p.notify_systolic, p.notify_diastolic), source)
    words = _("Rise since pre-dose of at least, systolic / diastolic")
    source = FLAG_SOURCES["systolic_rise"]
    yield _setting(p, words, _pressure(p.notify_systolic_rise, p.notify_diastolic_rise), source)
    words = _("Emergency: blood pressure at or above, once")
    source = FLAG_SOURCES["systolic_emergency"]
    yield _setting(p, words, _pressure(p.emergency_systolic, p.emergency_diastolic), source)
    words = _("Emergency: at or above the first limit again, apart by at least")
    yield _setting(
        p, words, _minutes(p.emergency_repeat_minutes), FLAG_SOURCES["systolic_high_again"]
    )
    yield from _vital_limits(p)
    for words, value, code in (
        (_("SpO₂ below, twice running"), f"{p.spo2_below} %", "spo2_below_again"),
        (_("SpO₂ below, once"), f"{p.spo2_far_below} %", "spo2_far_below"),
        (_("MOAA/S at or below"), str(p.sedation_notify), "sedation_low"),
        (_("Emergency: MOAA/S at or below"), str(p.sedation_emergency), "sedation_emergency"),
        (_("Dissociation (0 to 4) at or above"), str(p.dissociation_notify), "dissociation_high"),
        (
            _("Emergency: a symptom of a hypertensive crisis, whatever the blood pressure"),
            _("always"),
            "crisis_symptom",
        ),
        (_("Emergency: a serious adverse event"), _("always"), "serious_event"),
    ):
        yield _setting(p, words, value, FLAG_SOURCES[code])
    words = _("Blood pressure at or above the first limits, or risen as far, is repeated after")
    yield _setting(p, words, _minutes(p.repeat_pressure_minutes), OURS)
    words = _("SpO₂ below the first limit is repeated after")
    yield _setting(p, words, _minutes(p.repeat_spo2_minutes), OURS)
    words = _(
        "Both go on until the pressure fell, or was below, twice running, and SpO₂ is not low"
    )
    yield _setting(p, words, _("always"), OURS)
    words = _("A reading that someone orders again is due after")
    span = _("%(from)s to %(to)s min") % {"from": REPEAT_MINUTES[0], "to": REPEAT_MINUTES[1]}
    yield _setting(p, words, span, OURS)
    words = _("Someone is informed of a value outside its limit within")
    yield _setting(p, words, _minutes(p.answer_within_minutes), OURS)


def _vital_limits(p: Protocol) -> Iterator[Setting]:
    """Before the dose as after it (CLINICAL 8, rules 48 and 49)."""
    for name, words, low, high, unit in (
        (
            "respiratory",
            _("Respiratory rate at or below, or at or above"),
            (p.respiratory_low_notify, p.respiratory_low_emergency),
            (p.respiratory_high_notify, p.respiratory_high_emergency),
            "/min",
        ),
        (
            "heart",
            _("Heart rate at or below, or at or above"),
            (p.heart_low_notify, p.heart_low_emergency),
            (p.heart_high_notify, p.heart_high_emergency),
            "/min",
        ),
        (
            "systolic",
            _("Low blood pressure: systolic at or below"),
            (p.systolic_low_notify, p.systolic_low_emergency),
            None,
            " mmHg",
        ),
    ):
        emergency = _("Emergency: %(limit)s") % {"limit": words[0].lower() + words[1:]}
        for at, said in enumerate((words, emergency)):
            ends = f"{low[at]} / {high[at]}" if high else str(low[at])
            yield _setting(p, said, f"{ends}{unit}", FLAG_SOURCES[f"{name}_low"])


def _clearance(p: Protocol) -> Iterator[Setting]:
    words = (
        _("Observation after the end of the infusion, at least")
        if p.is_infusion
        else _("Observation after the last device, at least")
    )
    yield _setting(p, words, _minutes(p.window_minutes), REMS if p.rems else OURS)
    words = _("Blood pressure above which the clinician says why")
    pressure = _pressure(p.clearance_systolic, p.clearance_diastolic)
    yield _setting(p, words, pressure, OURS)
    words = _("unless within this much of pre-dose")
    yield _setting(p, words, f"{p.clearance_within_percent} %", OURS)
    words = _("and also at or above the limits at which someone is informed, or low")
    yield _setting(p, words, _("always"), OURS)
    words = _("or rising above both checks before it by at least")
    yield _setting(p, words, f"{p.clearance_rise} mmHg", OURS)
    words = _("or, while above the first of these limits, rising at all")
    yield _setting(p, words, _("always"), OURS)
    words = _("Sedation, whatever it was before the dose: MOAA/S")
    yield _setting(p, words, str(p.clearance_sedation), REMS)
    words = _("Dissociation, whatever it was before the dose: at most")
    yield _setting(p, words, str(p.clearance_dissociation), REMS)
    words = _("Respiratory rate, heart rate and SpO₂ within the limits above, on room air")
    yield _setting(p, words, _("always"), OURS)
    words = _("Age of the final set at the signature, at most")
    yield _setting(p, words, _minutes(p.final_set_max_age_minutes), OURS)
    yield _setting(p, _("A clearance lapses after"), _minutes(p.clearance_valid_minutes), OURS)
    confirmed = "; ".join(_(CHECKLIST[key]) for key in p.checklist)
    yield Setting(_("Confirmed at the signature, each by hand"), confirmed, _label(p))
