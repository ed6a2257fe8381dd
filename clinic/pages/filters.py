"""What lists are filtered by, in common."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from clinic.models import Site, Staff
from clinic.pages import moments
from clinic.pages.fields import check_day
from clinic.pages.unfilled import Unfilled


class DayFilter(django_filters.DateFilter):
    """A day that has a midnight in every time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(widget=widget, validators=[check_day], **kwargs)


if TYPE_CHECKING:
    _StaffField = forms.ModelChoiceField[Staff]
else:
    _StaffField = forms.ModelChoiceField


class _People(_StaffField):
    default_error_messages = {"invalid_choice": _lazy("This person is not found at this site.")}

    def label_from_instance(self, obj: Staff) -> str:
        return obj.printed_name


class PersonFilter(django_filters.ModelChoiceFilter):
    """Someone of the site, by their printed name."""

    field_class = _People


class PeriodForm(Unfilled):
    """`since` and `until` are days, in their order where both are given."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before “From”."))
        return data


class ListFilter(django_filters.FilterSet):
    """What to show of one site; all of it stands in the address.

    While anything in it is wrong nothing is shown: other rows than were asked for would be taken
    for the answer.
    """

    class Meta:
        form = PeriodForm

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        self.site = site
        super().__init__(*args, **kwargs)

    @property
    def qs(self) -> QuerySet[Any]:
        if self.is_bound and not self.form.is_valid():
            nothing: QuerySet[Any] = self.queryset.none()
            return nothing
        found: QuerySet[Any] = super().qs
        return found

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(Div(*self.form.fields, css_class="filters"))
        return helper

    @property
    def in_words(self) -> list[tuple[str, str]]:
        """Each filter that is set, by its label, as it is printed."""
        if not self.is_bound or not self.form.is_valid():
            return []
        given, fields = self.form.cleaned_data, self.form.fields
        set_ones = [name for name in fields if given[name] not in {None, ""}]
        return [(str(fields[n].label), _in_words(fields[n], given[n])) for n in set_ones]

    def midnight(self, day: date) -> datetime:
        """The beginning of the site's day: as a moment, so that an index by date is used."""
        return timezone.make_aware(datetime.combine(day, time.min), self.site.tz)


def _in_words(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return moments.day(value)
    if isinstance(field, forms.ModelChoiceField):
        return field.label_from_instance(value)
    if isinstance(field, forms.ChoiceField):
        words = dict(field.widget.choices)
        return str(words.get(value, value))
    return str(value)
