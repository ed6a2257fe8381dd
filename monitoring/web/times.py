"""The one field for every time on every form, and why something is entered late.

A time is sent as the words that were typed, as the instant that a script set them to, as the day
beside them, and as the instant that was read back and confirmed. Each is checked against the words.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic import clock
from clinic.pages import moments
from clinic.pages.fields import check_day
from monitoring.models import Session
from monitoring.rules.protocol import Protocol
from monitoring.rules.times import clock_time, moment

QUESTION = "is_this_the_time"
"""The code of the refusal that reads a time back."""
NO_TIME = gettext_lazy("Enter a time of day, such as 14:05 or 2:05 pm.")


class Typed(NamedTuple):
    """What was sent for one time; all of it text."""

    text: str = ""
    instant: str = ""
    day: str = ""
    confirmed: str = ""

    def __str__(self) -> str:
        return self.text


class PlainTime(NamedTuple):
    """A time as it is shown, so that the page keeps it: `understood` in ISO 8601, `days` what may
    be chosen with its words, `window` the minutes of the window that it begins."""

    name: str
    id: str
    label: str
    typed: Typed
    error: str
    is_asked: bool
    understood: str
    is_confirmed: bool
    days: tuple[tuple[str, str], ...]
    window: int | None


class ClockInput(forms.TextInput):
    """The words, with what stands beside them under the same name."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        parts = ("", "_instant", "_day", "_confirmed")
        return Typed(*(str(data.get(f"{name}{part}", "")).strip() for part in parts))


class ClockTime(forms.Field):
    """A time of day in the session's zone: the latest such moment that is not in the future, or
    that of the day chosen beside it. Empty is now.

    `entered_at` is the moment to read it by, where the form waited on the tablet: empty is then.
    `confirmed_at` is the moment that was read back and kept, `understood` the one that was read,
    `window_minutes` how long the window is that it begins.
    """

    template = "fields/time.html"
    widget = ClockInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.days: list[tuple[str, str]] = []
        self.window_minutes: int | None = None
        self.entered_at: datetime | None = None
        self.confirmed_at: datetime | None = None
        self.understood: datetime | None = None

    def clean(self, value: Any) -> datetime:
        typed = value if isinstance(value, Typed) else Typed(str(value or "").strip())
        now, zone = self.entered_at or clock.now(), timezone.get_current_timezone()
        self.confirmed_at = instant(typed.confirmed)
        day = _day(typed.day)
        if not typed.text:
            if day not in {None, now.astimezone(zone).date()}:
                raise forms.ValidationError(NO_TIME)
            self.understood = now
            return now
        said = clock_time(typed.text)
        if said is None:
            raise forms.ValidationError(NO_TIME)
        at = _agreeing(instant(typed.instant), said, day) or moment(said, now, zone, day)
        if at is None:
            raise forms.ValidationError(
                _("The clocks were put forward then: %(time)s was never shown on this day.")
                % {"time": typed.text}
            )
        self.understood = at
        return at

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundTime:
        return BoundTime(form, self, field_name)


class BoundTime(BoundField):
    """The field as its template shows it."""

    field: ClockTime

    @property
    def typed(self) -> Typed:
        """What was sent; for a time that is asked about, the very moment it was read as."""
        value = self.value()
        typed = value if isinstance(value, Typed) else Typed(str(value or ""))
        if self.is_asked and not typed.text and (at := self.field.understood):
            return Typed(moments.clock(at), at.isoformat(), typed.day)
        return typed

    @property
    def is_asked(self) -> bool:
        """Whether the time waits for "Yes, this is the time", or has it."""
        at = self.field.understood
        if at is None:
            return False
        codes = {e.code for e in self.form.errors.as_data().get(self.name, ())}
        return QUESTION in codes or at == self.field.confirmed_at

    @property
    def is_confirmed(self) -> bool:
        return self.is_asked and self.field.understood == self.field.confirmed_at

    @property
    def plain(self) -> PlainTime:
        errors, understood = self.errors, self.field.understood
        return PlainTime(
            name=self.html_name,
            id=self.auto_id,
            label=str(self.label),
            typed=self.typed,
            error=str(errors[0]) + "" if errors else "",
            is_asked=self.is_asked,
            understood=understood.isoformat() if understood else "",
            is_confirmed=self.is_confirmed,
            days=tuple(self.field.days),
            window=self.field.window_minutes,
        )


class NeededTime(ClockTime):
    """A time that is known or not told: empty is none, never now."""

    template = "fields/needed_time.html"

    def __init__(self, *, empty_words: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.empty_words = empty_words

    def clean(self, value: Any) -> Any:
        typed = value if isinstance(value, Typed) else Typed(str(value or "").strip())
        return super().clean(value) if typed.text or typed.day else None


class TimeOfDay(forms.CharField):
    """A time of a day that is asked for beside it, written as people write times."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "off", "inputmode": "numeric"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> time:
        said = clock_time(str(super().clean(value)))
        if said is None:
            raise forms.ValidationError(NO_TIME)
        return said


class WhyLate(forms.CharField):
    """Why something is entered late: folded away until it is asked for."""

    template = "fields/late.html"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=300,
            label=gettext_lazy("Why entered late"),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **kwargs,
        )


def confirmed(form: forms.BaseForm, name: str) -> datetime | None:
    """The moment that was read back at the time `name` and kept."""
    return cast(ClockTime, form.fields[name]).confirmed_at


def begins_window(form: forms.BaseForm, name: str, protocol: Protocol) -> None:
    """Let the time `name` say when the window that it begins ends."""
    cast(ClockTime, form.fields[name]).window_minutes = protocol.window_minutes


def offer_days(form: forms.BaseForm, session: Session) -> None:
    """Let each time of `form` take a day, where the session's day is not today."""
    began = session.first_dose_at or session.admitted_at or session.planned_for
    first, today = timezone.localtime(began).date(), timezone.localtime(clock.now()).date()
    if first >= today:
        return
    days = sorted({first, min(first + timedelta(days=1), today), today})
    choices = [(d.isoformat(), moments.day(d)) for d in days]
    for field in form.fields.values():
        if isinstance(field, ClockTime):
            field.days = choices


def instant(text: str) -> datetime | None:
    """The aware moment that `text` tells in ISO 8601, if it does."""
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(clock.now().tzinfo) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise forms.ValidationError(_("Choose one of the days.")) from None
    check_day(day)
    return day


def _agreeing(at: datetime | None, said: time, day: date | None) -> datetime | None:
    """`at`, where the site's clocks showed the words that were sent with it, on the day chosen."""
    if at is None:
        return None
    try:
        local = timezone.localtime(at)
    except OverflowError:
        return None
    is_same = (local.hour, local.minute) == (said.hour, said.minute)
    return at if is_same and day in {None, local.date()} else None
