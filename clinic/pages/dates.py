"""A day as a person types it, in any form that means one day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.days import expiry_days, possible_days
from clinic.pages import moments
from clinic.pages.fields import check_day


class DayField(forms.Field):
    """One day, shown as 14-Jul-1958. What can mean two days is refused, with both."""

    example = gettext_lazy("14-Jul-1958 or 19580714")

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        kwargs.setdefault("help_text", _such_as(self.example))
        super().__init__(widget=widget, validators=[check_day], **kwargs)

    @property
    def read(self) -> Callable[[str], frozenset[date]]:
        return possible_days

    def prepare_value(self, value: Any) -> Any:
        return moments.day(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        days = sorted(self.read(text))
        if not days:
            words = _("Enter a date, such as %(example)s.") % {"example": self.example}
            raise forms.ValidationError(words, code="invalid")
        if len(days) > 1:
            raise forms.ValidationError(_ambiguous(text, days), code="ambiguous")
        return days[0]


class ExpiryField(DayField):
    """The expiry date as it is printed: month and year mean the last day of that month."""

    example = gettext_lazy("05/2027 or 052027")

    @property
    def read(self) -> Callable[[str], frozenset[date]]:
        return expiry_days


def _such_as(example: Any) -> Any:
    return format_lazy(gettext_lazy("such as {example}"), example=example)


def _ambiguous(text: str, days: list[date]) -> str:
    first, last = moments.day(days[0]), moments.day(days[-1])
    words = _("%(text)s can be %(first)s or %(last)s. Enter the one you mean.")
    return words % {"text": text, "first": first, "last": last}
