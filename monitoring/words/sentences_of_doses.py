"""The sentences about devices and infusions, before they are filled."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "again_part": _("A part of the infusion was recorded at %(at)s. Is this the next one?"),
    "above_zero": _("Enter this, above zero."),
    "no_infusion_planned": _("This protocol is no infusion. Leave this and what follows empty."),
    "total_by_weight": _(
        "%(each)s mg/kg for %(weight)s kg are %(total)s mg in all. Enter that total, or correct "
        "the weight or the mg/kg."
    ),
    "beyond_needs_clinician": _(
        "Above %(most)s mg/kg, or over less than %(least)s min, a clinician plans and orders, with "
        "a reason."
    ),
    "beyond_reason": _(
        "This is above %(most)s mg/kg, or over less than %(least)s min. Say why it is ordered."
    ),
    "infusion_running": _("The infusion is running. Record its end, or a pause, first."),
    "infusion_given": _("All %(mg)s mg that were ordered have been given."),
    "paused_and_complete": _("A pause is not complete: the rest still runs in."),
    "rate_not_positive": _("Enter a rate above zero."),
    "dose_before_pause": _("%(at)s is before the infusion was paused or ended, at %(other)s."),
    "witness_missing": _("This site asks for a second person who witnesses the dose."),
}

DEVIATIONS = {
    "device_partial": _("Device %(number)s given in part: %(detail)s"),
    "device_one_spray": _("Device %(number)s in part, one spray (%(mg)s mg): %(detail)s"),
    "device_complaint": _("Device %(number)s, product complaint %(complaint)s"),
    "device_failed": _(
        "Device %(number)s failed, nothing left it: %(detail)s. Product complaint %(complaint)s"
    ),
    "device_failed_to_report": _(
        "Device %(number)s failed, nothing left it: %(detail)s. Product complaint to be reported"
    ),
    "device_replaced": _(
        "Device %(number)s failed, nothing left it, and was replaced: %(detail)s. Product "
        "complaint %(complaint)s"
    ),
    "device_replaced_to_report": _(
        "Device %(number)s failed, nothing left it, and was replaced: %(detail)s. Product "
        "complaint to be reported"
    ),
    "infusion_beyond": _(
        "Infusion ordered beyond the protocol, %(mg_per_kg)s mg/kg over %(minutes)s min: %(reason)s"
    ),
    "infusion_interrupted": _(
        "Infusion interrupted for %(minutes)s min, %(mg)s mg of this part given: %(detail)s"
    ),
    "infusion_partial": _("Infusion stopped early, %(given)s of %(ordered)s mg given: %(detail)s"),
}
