"""The one field for every time on every form, and why something is entered late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic import clock


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


class WhyLate(forms.CharField):
    """Why something is entered late: folded away until it is asked for."""

    template = "fields/late.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=300,
            label=_("Why entered late"),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )
