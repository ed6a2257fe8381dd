"""What a session came to, as a strip of names and values."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from monitoring.rules.facts import SessionFacts
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.resolution import Resolution, Scale, unaffected
from monitoring.rules.summary import Extreme, summary
from monitoring.words.values import beside, change, number

RESOLUTIONS = {
    "never_affected": gettext_noop("Never worse than before the dose"),
    "unaffected": gettext_noop("Never affected"),
    "resolved": gettext_noop("%(minutes)s min after the first dose"),
    "not_resolved": gettext_noop("Not at the last check"),
}


def strip(facts: SessionFacts) -> list[tuple[str, str]]:
    """Each name with its value; empty before the first dose."""
    if facts.first_dose_at is None:
        return []
    found = summary(facts)
    return [
        (_("Highest systolic after the dose"), _pressure(found.systolic)),
        (_("Highest diastolic after the dose"), _pressure(found.diastolic)),
        (_("Lowest SpO₂"), _spo2(found.spo2)),
        (_("Lowest MOAA/S"), _rated(found.sedation)),
        (_("Highest dissociation"), _rated(found.dissociation)),
        (_("Sedation over"), _over(facts, "sedation", found.sedation_over)),
        (_("Dissociation over"), _over(facts, "dissociation", found.dissociation_over)),
    ]


def _pressure(found: Extreme | None) -> str:
    if found is None:
        return "–"
    words = _("%(value)s mmHg at %(minutes)s min")
    if found.change is not None:
        words = _("%(value)s mmHg at %(minutes)s min (%(change)s since pre-dose)")
    by = change(found.change or 0)
    return words % {"value": found.value, "minutes": found.minutes, "change": by}


def _spo2(found: Extreme | None) -> str:
    if found is None:
        return "–"
    words = _("%(value)s %% at %(minutes)s min") % {
        "value": number(found.value),
        "minutes": found.minutes,
    }
    return " ".join(filter(None, (words, beside(found.reading.values, OBSERVATIONS["spo2"]))))


def _rated(found: Extreme | None) -> str:
    if found is None:
        return "–"
    params = {"value": found.value, "minutes": found.minutes}
    return _("%(value)s at %(minutes)s min") % params


def _over(facts: SessionFacts, scale: Scale, found: Resolution | None) -> str:
    """With the patient's own level of before the dose, where that was not unaffected."""
    if found is None:
        return "–"
    is_compared = found.is_own or found.state != "never_affected"
    state = found.state if is_compared else "unaffected"
    words = _(RESOLUTIONS[state]) % {"minutes": found.minutes}
    if found.level == unaffected(facts, scale):
        return words
    return _("%(words)s (before the dose %(level)s)") % {"words": words, "level": found.level}
