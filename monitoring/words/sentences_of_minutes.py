"""The sentences about staff contact and the codes that minutes may point to."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "ends_before_it_began": _("It ended at %(at)s, which is not after it began, at %(other)s."),
    "number_of_patients": _("Enter how many patients, from 1 to %(most)s."),
    "many_at_once": _(
        "%(count)s patients at once. Codes for prolonged contact count at most %(most)s. Is the "
        "number right?"
    ),
    "contact_overlaps": _("You recorded %(begins)s to %(ends)s with this patient already."),
    "contact_after_leaving": _("%(at)s is after the patient left, at %(other)s."),
}
CONDITIONS = {
    "established_patient": _("A visit of an established patient under supervision."),
    "includes_two_hours": _(
        "It includes two hours of observation after administration; %(minutes)s min after the last "
        "device are on record."
    ),
    "includes_two_hours_open": _(
        "It includes two hours of observation after administration; when the monitoring ended is "
        "not on record yet."
    ),
    "up_to_mg": _("Up to %(limit)s mg of esketamine; %(mg)s mg are on record."),
    "more_than_mg": _("More than %(limit)s mg of esketamine; %(mg)s mg are on record."),
    "dose_not_final": _("How much was given is not final, or not known of each device."),
    "each_mg": _("For each mg of esketamine; %(mg)s mg are on record."),
    "part_not_known": _("Of a device that was given in part it is not known how much."),
    "since_day": _("New since %(day)s; a payer may still take S0013."),
    "drug_is_in_visit": _("G2082 and G2083 already name the esketamine that was given."),
    "staff_first_hour": _(
        "Direct contact of clinical staff under supervision, the first hour, from 30 min on; "
        "nurses recorded %(minutes)s min with at most %(limit)s patients at once."
    ),
    "staff_further": _(
        "Each further full 30 min of it; nurses recorded %(minutes)s min with at most %(limit)s "
        "patients at once."
    ),
    "above_left_out": _("Contacts with more patients at once are left out: %(count)s."),
    "not_with_99417": _("Not with 99417."),
    "not_with_99415": _("Not with 99415 or 99416."),
    "hours_are_in_visit": _("G2082 and G2083 already include the two hours of observation."),
    "clinician_each": _(
        "For each full %(each)s min of a practitioner; clinicians recorded %(minutes)s min."
    ),
    "beyond_the_visit": _(
        "Only beyond the time of the code of the visit itself, which is not kept here."
    ),
    "commercial": _("For commercial payers."),
    "medicare": _("For Medicare."),
}
"""When a code applies, by the condition that the rule names."""
