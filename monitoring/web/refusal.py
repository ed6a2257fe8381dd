"""A verb's refusal, said at the fields of the form that asked for it."""

from __future__ import annotations

from django.forms import BaseForm, ValidationError

from monitoring.actions import Reason, Refused
from monitoring.words import wording


def add_refusal(form: BaseForm, refused: Refused) -> None:
    """Put each reason at its field, or above the form where the form has no such field."""
    for reason in refused.reasons:
        place = reason.field if reason.field in form.fields else None
        form.add_error(place, ValidationError(sentence(reason), code=reason.code))


def sentence(reason: Reason) -> str:
    return wording.reason(reason.code, reason.params)
