"""What lists are filtered by, in common."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms

from monitoring.web.fields import check_day


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A day that has a midnight in every time zone."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"})
        super().__init__(widget=widget, validators=[check_day], **kwargs)
