"""The sentences about how the patient left, before they are filled."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

DEVIATIONS = {
    "transferred": _("Transferred to emergency care"),
    "against_advice": _("Left against advice"),
    "left_unseen": _("Left without being seen off: last seen at %(seen)s, noticed by %(by)s"),
    "no_escort": _("Left without an escort: %(reason)s"),
    "left_with_old_values": _("Left %(minutes)s min after the last value of %(of)s, at %(at)s"),
    "left_without_values": _("Left without a value of %(of)s"),
    "no_dose": _("Left before a dose was given"),
    "left_alone": _("Left without anyone to take the patient home"),
    "not_advised": _("Left without the advice not to drive"),
    "departure_late": _("Departure recorded %(minutes)s min after: %(reason)s"),
    "left_before_reading": _("A reading was taken at %(at)s, after the patient had left"),
}
