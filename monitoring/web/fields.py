"""What a person types or taps, and how it is read. Fields parse; the verbs decide."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import clock

YES_NO = (("yes", _("Yes")), ("no", _("No")))
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_NUMBER = 8


def check_day(day: date) -> None:
    """Refuse days that no one means, and that have no midnight in every time zone."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise forms.ValidationError(_("Enter a date between 1900 and 2199."))


class WholeNumber(forms.CharField):
    """Digits alone. Empty is no value; zero is one."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST_NUMBER}
        )
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> int | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            raise forms.ValidationError(_("Enter digits only, such as 120."))
        return int(text)


class YesNo(forms.TypedChoiceField):
    """Two tiles, neither chosen beforehand. None while not answered."""

    template = "fields/tiles.html"

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.RadioSelect(attrs={"tiles_class": "tiles-yesno"})
        super().__init__(
            choices=YES_NO,
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

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.CheckboxSelectMultiple(attrs={"tiles_class": "tiles-many"})
        super().__init__(required=False, widget=widget, **kwargs)


class ClockTime(forms.CharField):
    """A time of day, HH:MM in the site's zone, read as the nearest such moment to now.

    So it is right past midnight and on the days that clocks change. Empty is now.
    """

    template = "fields/time.html"

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": "HH:MM"}
        )
        super().__init__(required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime:
        text = str(super().clean(value)).strip()
        now = clock.now()
        if not text:
            return now
        for form in ("%H:%M", "%H%M", "%H.%M"):
            try:
                parsed = datetime.strptime(text, form)  # noqa: DTZ007
            except ValueError:
                continue
            return _nearest(now, parsed.hour, parsed.minute)
        raise forms.ValidationError(_("Enter a time of day, such as 14:05."))


def _nearest(now: datetime, hour: int, minute: int) -> datetime:
    """The moment closest to `now` at which the site's clocks show hour:minute.

    The present minute is `now` itself, so that "now" is never a few seconds ago.
    """
    local = timezone.localtime(now)
    if (local.hour, local.minute) == (hour, minute):
        return now
    days = (local.date() + timedelta(days=offset) for offset in (-1, 0, 1))
    shown = [
        datetime(d.year, d.month, d.day, hour, minute, tzinfo=local.tzinfo, fold=fold).astimezone(
            now.tzinfo
        )
        for d in days
        for fold in (0, 1)
    ]
    return min(shown, key=lambda moment: abs(moment - now))
