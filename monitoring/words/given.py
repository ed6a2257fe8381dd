"""How much was given, in words that claim no more than is known."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.rules.dose_facts import DoseFacts
from monitoring.rules.doses import is_paused, is_running
from monitoring.rules.facts import SessionFacts


def given(facts: SessionFacts) -> str:
    """Such as "84 mg", "70 mg (56 mg complete; device 3 in part: one spray, 14 mg)", "36 mg in 2
    parts (11 mg, 25 mg)"."""
    if not facts.doses:
        return _("Nothing")
    more = _of_parts(facts) if facts.protocol.is_infusion else _of_devices(facts)
    total = milligrams(facts.given_mg)
    return f"{total} ({more})" if more else total


def ordered(facts: SessionFacts) -> str:
    """Such as "84 mg", or "36 mg (0.5 mg/kg for 72 kg, over 40 min, 2 mg/mL)"."""
    total, order = milligrams(facts.planned_mg), facts.infusion
    if order is None:
        return total
    params = {
        "each": f"{order.mg_per_kg.normalize():f}",
        "weight": f"{order.weight_kg.normalize():f}",
        "minutes": order.minutes,
        "concentration": f"{order.concentration.normalize():f}",
    }
    words = _("%(each)s mg/kg for %(weight)s kg, over %(minutes)s min, %(concentration)s mg/mL")
    return f"{total} ({words % params})"


def milligrams(mg: float) -> str:
    """28 mg, not 28.0 mg; 36.5 mg as it is."""
    return _("%(mg)s mg") % {"mg": f"{mg:g}"}


def _of_devices(facts: SessionFacts) -> str:
    partial = [d for d in facts.doses if d.is_complete is False]
    if not partial:
        return ""
    whole = milligrams(sum(d.mg for d in facts.doses if d.is_complete))
    return "; ".join([_("%(mg)s complete") % {"mg": whole}, *map(_in_part, partial)])


def _in_part(dose: DoseFacts) -> str:
    params = {"number": dose.number, "mg": milligrams(dose.mg)}
    if dose.sprays is None:
        return _("device %(number)s in part: how much is not known") % params
    return _("device %(number)s in part: one spray, %(mg)s") % params


def _of_parts(facts: SessionFacts) -> str:
    ended = [milligrams(d.mg) for d in facts.doses if d.ended_at is not None]
    words = []
    if len(facts.doses) > 1:
        count = len(facts.doses)
        parts = ngettext("%(count)s part", "%(count)s parts", count) % {"count": count}
        words.append(_("in %(parts)s: %(each)s") % {"parts": parts, "each": ", ".join(ended)})
    if is_running(facts):
        words.append(_("the infusion is running"))
    elif is_paused(facts):
        words.append(_("the infusion is paused"))
    return "; ".join(words)
