"""A verb's refusal, said at the fields of the form that asked for it."""

from __future__ import annotations

from django.forms import BaseForm, ValidationError

from clinic.refusal import Refused
from monitoring.words import wording


def add_refusal(form: BaseForm, refused: Refused) -> None:
    """Put each message at its field, or above the form where the form has no such field."""
    for message in refused.messages:
        field = message.field if message.field in form.fields else None
        form.add_error(field, ValidationError(wording.message(message), code=message.code))
