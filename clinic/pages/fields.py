"""What a person types or taps, and how it is read. Fields parse; the verbs decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.names import tidy

YES_NO = (("yes", _("Yes")), ("no", _("No")))
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_NUMBER = 8


def check_day(day: date) -> None:
    """Refuse days that no one means, and that have no midnight in every time zone."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(_("Enter a date between 1900 and 2199."))


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field `name` be answered with `choices` alone."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


class WholeNumber(forms.CharField):
    """Digits alone, with `unit` after them or not. Empty is no value; zero is one."""

    def __init__(self, *, unit: str = "", example: str = "120", **kwargs: Any) -> None:
        self.unit, self.example = unit, example
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST_NUMBER}
        )
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | Decimal | None:
        typed = str(super().clean(value)).strip()
        return self.number(typed.removesuffix(self.unit).strip()) if typed else None

    def number(self, text: str) -> int | Decimal:
        """What was typed as a number. Raises ValidationError."""
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            words = _("Enter digits only, such as %(example)s.") % {"example": self.example}
            raise forms.ValidationError(words)
        return int(text)


class NameField(forms.CharField):
    """A name or number of a person, in one spelling however it was typed."""

    def to_python(self, value: Any) -> str:
        return tidy(str(super().to_python(value)))


class Confirm(forms.CharField):
    """The answer to a question of the server: a box that is shown once it is asked.

    `answer` is what the box sends; it names what was asked about, so that a tick counts for that
    alone.
    """

    template = "fields/confirm.html"
    answer = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=2000, **kwargs)


class YesNo(forms.TypedChoiceField):
    """Two tiles, neither chosen beforehand. None while not answered. `answers` are the words for
    yes and no, where a question is asked otherwise."""

    template = "fields/tiles.html"

    def __init__(self, *, answers: tuple[Any, Any] | None = None, **kwargs: Any) -> None:
        tiles_class = "tiles-yesno" if answers is None else "tiles-answers"
        widget = forms.RadioSelect(attrs={"tiles_class": tiles_class})
        super().__init__(
            choices=YES_NO if answers is None else tuple(zip(("yes", "no"), answers, strict=True)),
            coerce=lambda answer: answer == "yes",
            empty_value=None,
            required=False,
            widget=widget,
            **kwargs,
        )


class Tiles(forms.ChoiceField):
    """One of a few choices, each a tile."""

    template = "fields/tiles.html"

    def __init__(self, *, tiles_class: str = "", **kwargs: Any) -> None:
        widget = forms.RadioSelect(attrs={"tiles_class": tiles_class})
        super().__init__(required=False, widget=widget, **kwargs)


class ManyTiles(forms.MultipleChoiceField):
    """Any of some choices, each a tile."""

    template = "fields/tiles.html"

    def __init__(self, *, tiles_class: str = "", **kwargs: Any) -> None:
        widget = forms.CheckboxSelectMultiple(attrs={"tiles_class": f"tiles-many {tiles_class}"})
        super().__init__(required=False, widget=widget, **kwargs)
