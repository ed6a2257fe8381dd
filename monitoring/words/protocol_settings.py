"""What a clinic may set of its protocol: label and unit of each, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True, slots=True)
class SettingName:
    label: str
    unit: str


GROUPS: dict[str, dict[str, SettingName]] = {
    _("Before the dose"): {
        "guide_systolic": SettingName(_("Pre-dose guide, systolic"), "mmHg"),
        "guide_diastolic": SettingName(_("Pre-dose guide, diastolic"), "mmHg"),
        "predose_max_age_minutes": SettingName(_("Pre-dose reading, greatest age"), "min"),
        "food_minutes": SettingName(_("No food for"), "min"),
        "liquid_minutes": SettingName(_("No liquids for"), "min"),
        "nasal_minutes": SettingName(_("No nasal corticosteroid or decongestant for"), "min"),
        "rest_between_devices_minutes": SettingName(_("Rest between two devices"), "min"),
        "least_days_between": SettingName(_("Days from one session to the next, at least"), ""),
        "induction_weeks": SettingName(_("Weeks of induction"), ""),
        "induction_a_week": SettingName(_("Sessions a week in induction, at most"), ""),
    },
    _("The infusion"): {
        "infusion_most_mcg_kg": SettingName(_("A clinician says why above"), "mcg/kg"),
        "infusion_least_minutes": SettingName(_("A clinician says why when over less than"), "min"),
    },
    _("Readings"): {
        "slots": SettingName(_("Readings are due after the first dose at"), "min"),
        "repeat_every_minutes": SettingName(_("Then, while anything is open, every"), "min"),
        "forty_from": SettingName(_("The 40-minute reading is on time from"), "min"),
        "forty_to": SettingName(_("The 40-minute reading is on time until"), "min"),
        "slot_tolerance_minutes": SettingName(_("Any other reading is on time within ±"), "min"),
        "overdue_after_minutes": SettingName(_("A reading is overdue after"), "min"),
        "escalate_after_minutes": SettingName(_("A reading is shown as urgent after"), "min"),
        "late_entry_minutes": SettingName(_("An entry is marked late after"), "min"),
    },
    _("When someone is informed"): {
        "notify_systolic": SettingName(_("Inform at systolic"), "mmHg"),
        "notify_diastolic": SettingName(_("Inform at diastolic"), "mmHg"),
        "notify_systolic_rise": SettingName(_("Inform at a systolic rise of"), "mmHg"),
        "notify_diastolic_rise": SettingName(_("Inform at a diastolic rise of"), "mmHg"),
        "emergency_systolic": SettingName(_("Emergency at systolic"), "mmHg"),
        "emergency_diastolic": SettingName(_("Emergency at diastolic"), "mmHg"),
        "emergency_repeat_minutes": SettingName(_("Emergency when high again after"), "min"),
        "spo2_below": SettingName(_("Inform at SpO₂ below, twice running"), "%"),
        "spo2_far_below": SettingName(_("Inform at SpO₂ below, once"), "%"),
        "sedation_notify": SettingName(_("Inform at MOAA/S at or below"), ""),
        "sedation_emergency": SettingName(_("Emergency at MOAA/S at or below"), ""),
        "dissociation_notify": SettingName(_("Inform at dissociation at or above"), ""),
        "repeat_pressure_minutes": SettingName(_("Repeat a high blood pressure after"), "min"),
        "repeat_spo2_minutes": SettingName(_("Repeat a low SpO₂ after"), "min"),
        "answer_within_minutes": SettingName(_("Someone is informed within"), "min"),
        "respiratory_low_notify": SettingName(_("Inform at respiratory rate at or below"), "/min"),
        "respiratory_low_emergency": SettingName(
            _("Emergency at respiratory rate at or below"), "/min"
        ),
        "respiratory_high_notify": SettingName(_("Inform at respiratory rate at or above"), "/min"),
        "respiratory_high_emergency": SettingName(
            _("Emergency at respiratory rate at or above"), "/min"
        ),
        "heart_low_notify": SettingName(_("Inform at heart rate at or below"), "/min"),
        "heart_low_emergency": SettingName(_("Emergency at heart rate at or below"), "/min"),
        "heart_high_notify": SettingName(_("Inform at heart rate at or above"), "/min"),
        "heart_high_emergency": SettingName(_("Emergency at heart rate at or above"), "/min"),
        "systolic_low_notify": SettingName(_("Inform at systolic at or below"), "mmHg"),
        "systolic_low_emergency": SettingName(_("Emergency at systolic at or below"), "mmHg"),
    },
    _("Clearance"): {
        "window_minutes": SettingName(_("Observation after the last dose"), "min"),
        "clearance_systolic": SettingName(_("Clearance needs words above systolic"), "mmHg"),
        "clearance_diastolic": SettingName(_("Clearance needs words above diastolic"), "mmHg"),
        "clearance_within_percent": SettingName(_("No words needed this near pre-dose"), "%"),
        "clearance_rise": SettingName(_("Clearance needs words at a rise of"), "mmHg"),
        "final_set_max_age_minutes": SettingName(_("Final set, greatest age"), "min"),
        "clearance_valid_minutes": SettingName(_("A clearance lapses after"), "min"),
    },
}
"""By heading, as on the page that shows the protocol."""

SETTINGS = {name: words for group in GROUPS.values() for name, words in group.items()}

REFUSALS = {
    "setting_out_of_bounds": _("Enter a whole number from %(least)s to %(most)s."),
    "setting_not_above": _("Enter more than %(value)s, which stands at “%(setting)s”."),
    "slots_out_of_bounds": _(
        "Enter whole numbers from %(least)s to %(most)s with commas between them."
    ),
    "slots_do_not_rise": _("Enter each time once, the earliest first."),
    "slots_without_forty": _("The reading at %(minutes)s minutes cannot be left out."),
    "protocol_changed_meanwhile": _(
        "This version is not in use any more: someone has published another one. "
        "Open the version in use and change that."
    ),
}
"""Why a change is not published, by the code of the rule or the verb."""
