"""An amount as a person types it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _


class Amount(forms.DecimalField):
    """An amount in `unit` with at most so many decimals, after a point or a comma; the unit may
    stand after it.

    A comma is never taken for the thousands: 1,500 has three decimals and is refused.
    """

    def __init__(
        self, *, example: str = "18.5", unit: str = "mg", decimals: int = 1, **kwargs: Any
    ) -> None:
        self.example, self.unit = example, unit
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=6, decimal_places=decimals, widget=widget, **kwargs)
        for code in ("invalid", "max_decimal_places", "max_digits", "max_whole_digits"):
            self.error_messages[code] = self._words
        for validator in self.validators:
            if hasattr(validator, "messages"):
                validator.messages = dict.fromkeys(validator.messages, self._words)

    @property
    def _words(self) -> str:
        return _("Enter an amount in %(unit)s, such as %(example)s.") % {
            "unit": self.unit,
            "example": self.example,
        }

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().removesuffix(self.unit).strip()
            if value.count(",") == 1 and "." not in value:
                value = value.replace(",", ".")
        return super().to_python(value)
