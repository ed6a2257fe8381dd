"""A screen, a medication and a call in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from monitoring.models import Call, Event
from monitoring.rules.screens import CSSRS, ITEM9
from monitoring.words import wording


def screen_words(event: Event) -> list[str]:
    """PHQ-9 and C-SSRS as they were answered, or why neither was done."""
    if event.not_done:
        return [wording.not_done(event.not_done)]
    found = []
    if event.phq9_item9 is not None:
        params = {"value": event.phq9_item9, "words": _(ITEM9[event.phq9_item9])}
        found.append(_("PHQ-9 item 9: %(value)s, %(words)s") % params)
    if event.phq9_total is not None:
        found.append(_("PHQ-9 total %(total)s of 27") % {"total": event.phq9_total})
    answers = [(q, getattr(event, q)) for q in CSSRS]
    said = {
        _("yes"): [q.removeprefix("cssrs_") for q, answer in answers if answer],
        _("no"): [q.removeprefix("cssrs_") for q, answer in answers if answer is False],
    }
    for words, numbers in said.items():
        if numbers:
            params = {"numbers": ", ".join(numbers), "answer": words}
            found.append(_("C-SSRS %(numbers)s: %(answer)s") % params)
    return found


def medication_words(event: Event) -> str:
    """The drug as it was given: "Lorazepam 1 mg, by mouth, ordered by A. Baker, MD"."""
    amount = f"{event.amount.normalize():f}" if event.amount is not None else ""
    params = {
        "drug": event.drug,
        "amount": amount,
        "unit": event.get_unit_display(),
        "route": event.get_route_display(),
        "by": event.ordered_by,
    }
    return _("%(drug)s %(amount)s %(unit)s, %(route)s, ordered by %(by)s") % params


def call_words(call: Call) -> str:
    """What was said, and each answer; only what was tried where no one answered."""
    found = [call.detail]
    if call.was_reached:
        said = (
            (_("slept well"), call.has_slept),
            (_("drove before it"), call.has_driven),
            (_("suicidal thoughts"), call.has_suicidal_thoughts),
            (_("adverse event"), call.had_adverse_event),
        )
        for words, answer in said:
            params = {"what": words, "answer": _("yes") if answer else _("no")}
            found.append(_("%(what)s: %(answer)s") % params)
    if call.systolic is not None:
        found.append(f"{call.systolic}/{call.diastolic} mmHg")
    return "; ".join(found)
