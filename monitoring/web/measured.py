"""The field in which a measure's number is typed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from clinic.pages.fields import LONGEST_NUMBER, WholeNumber
from monitoring.rules.measures import Measure


class DecimalNumber(WholeNumber):
    """Digits, and at most `decimals` of them after a point or a comma."""

    def __init__(self, *, decimals: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern = re.compile(rf"[0-9]{{1,{LONGEST_NUMBER}}}(?:[.,][0-9]{{1,{decimals}}})?")
        self.widget.attrs["inputmode"] = "decimal"

    def number(self, text: str) -> Decimal:
        if not self.pattern.fullmatch(text):
            words = _("Enter a number such as %(example)s.") % {"example": self.example}
            raise forms.ValidationError(words)
        return Decimal(text.replace(",", "."))


def measure_field(measure: Measure) -> WholeNumber:
    """Whole, or with as many decimals as the measure has."""
    unit = "%" if measure.unit == "%" else ""
    texts = {"label": _(measure.name), "help_text": measure.unit, "example": measure.example}
    if measure.decimals:
        return DecimalNumber(unit=unit, decimals=measure.decimals, **texts)
    return WholeNumber(unit=unit, **texts)
