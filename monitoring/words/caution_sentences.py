"""The sentence of each caution, which a clinician answers in words before signing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

CAUTIONS = {
    "not_measured": _("%(observation)s was not measured: %(reason)s"),
    "mandatory_not_done": _("%(minutes)s-minute blood pressure was not taken: %(reason)s"),
    "blood_pressure": _(
        "Blood pressure %(systolic)s/%(diastolic)s mmHg is above %(limit_systolic)s/"
        "%(limit_diastolic)s and more than %(percent)s %% above pre-dose"
    ),
    "blood_pressure_rising": _(
        "Blood pressure is rising: %(from_systolic)s/%(from_diastolic)s, then "
        "%(systolic)s/%(diastolic)s mmHg"
    ),
    "blood_pressure_informed": _(
        "Blood pressure %(systolic)s/%(diastolic)s mmHg is at or above the limits at which someone "
        "is informed: %(notify_systolic)s/%(notify_diastolic)s, or a rise of "
        "%(rise_systolic)s/%(rise_diastolic)s since pre-dose"
    ),
    "blood_pressure_low": _(
        "Blood pressure %(systolic)s/%(diastolic)s mmHg is low: systolic at or below %(limit)s"
    ),
    "heart_rate": _("Heart rate %(value)s/min, limit %(limit)s"),
    "respiratory_rate": _("Respiratory rate %(value)s/min, limit %(limit)s"),
    "sedation": _("MOAA/S %(value)s, criterion %(limit)s"),
    "dissociation": _("Dissociation %(value)s, criterion %(limit)s"),
    "spo2": _("SpO₂ %(value)s %%, criterion %(limit)s %%"),
    "oxygen": _("Oxygen is given: %(litres)s L/min"),
}
