"""A value as it is written, with what it cannot be read without."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from clinic.pages.numbers import minus
from monitoring.rules.facts import ReadingFacts
from monitoring.rules.measures import Number, Observation


def number(value: Number) -> str:
    """Whole, or with the tenths that it has."""
    return str(value) if isinstance(value, int) else f"{Decimal(value):f}".removesuffix(".0")


def change(by: Number) -> str:
    """By how much a value is another than one before: +28, −5, ±0."""
    return minus(f"{by:+}") if by else "±0"


Measured = Mapping[str, Number | None]
"""What was measured, by field, as the facts of a reading have it."""


def value(measured: Measured, observation: Observation) -> str:
    """What was measured, such as 120/80; empty where it was not."""
    found = [number(v) for f in observation.fields if (v := measured.get(f)) is not None]
    return "/".join(found) if len(found) == len(observation.fields) else ""


def beside(measured: Measured, observation: Observation) -> str:
    """What stands beside a value: oxygen beside SpO2. Room air says nothing.

    SpO2 on oxygen is never read as that on room air (CLINICAL 7, hazard 43).
    """
    if observation.beside is None or not value(measured, observation):
        return ""
    litres = measured.get(observation.beside.key)
    if litres is None:
        return _("oxygen not known")
    return _("on oxygen %(litres)s L/min") % {"litres": number(litres)} if litres else ""


def whole_value(reading: ReadingFacts, observation: Observation) -> str:
    """The value with what stands beside it: "97 on oxygen 2 L/min"."""
    told = value(reading.values, observation), beside(reading.values, observation)
    return " ".join(filter(None, told))
