"""The tables of the files of a site, and what their columns mean, by the models and rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import QuerySet

from clinic.models import Site, Staff
from clinic.models.row import name_of
from monitoring.models import (
    Derived,
    Patient,
    PatientAmendment,
    ProtocolVersion,
    Session,
    SessionRow,
)
from monitoring.rules.measures import measures
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.scales import SCALES

DICTIONARY = ("file", "column", "type", "unit", "meaning", "source", "codes")
_UNITS = {"mg": "mg", "kg": "kg", "minutes": "min", "concentration": "mg/mL", "rate": "mL/h"}
_STAFF = ("id", "first_name", "last_name", "credentials")
"""Of people only who they are: nothing by which they sign in."""


@dataclass(frozen=True, slots=True)
class Noun:
    """One file: the rows of `model` that belong to a site. `patient` is the way from a row to the
    id of its patient, "" where it is about none. `only` names the columns that are told, of a row
    that belongs to several sites."""

    model: type[models.Model]
    at: str
    patient: str = ""
    only: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.model)

    @property
    def fields(self) -> list[models.Field[Any, Any]]:
        fields = self.model._meta.local_concrete_fields
        return [f for f in fields if not self.only or f.name in self.only]

    def rows(self, site: Site) -> QuerySet[Any]:
        """In an order that tells nothing of time from one patient to another."""
        found = self.model._default_manager.filter(**{self.at: site})
        order = [self.patient] if self.patient else []
        names = {field.name for field in self.model._meta.local_concrete_fields}
        order += [name for name in ("planned_for", "session", "seq") if name in names]
        return (
            found.order_by(*order, "pk").distinct() if self.only else found.order_by(*order, "pk")
        )


def nouns() -> list[Noun]:
    """Every noun of the record of a site, with what is derived from it, and who they name."""
    of_sessions = [*SessionRow.tables(), *Derived.__subclasses__()]
    return [
        Noun(Patient, "site", "pk"),
        Noun(PatientAmendment, "patient__site", "patient"),
        Noun(Session, "site", "patient"),
        *(Noun(model, "session__site", "session__patient") for model in of_sessions),
        Noun(ProtocolVersion, "sessions__site", only=_all_of(ProtocolVersion)),
        Noun(Staff, "memberships__site", only=_STAFF),
    ]


def _all_of(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.local_concrete_fields)


def dictionary(noun: Noun) -> Iterator[list[str]]:
    """The lines of the dictionary on `noun`, under DICTIONARY."""
    doc = " ".join((noun.model.__doc__ or "").split("\n\n")[0].split())
    yield [f"{noun.name}.csv", "", "", "", doc, "", ""]
    for field in noun.fields:
        yield [
            f"{noun.name}.csv",
            field.attname,
            _type(field),
            unit_of(field.attname),
            _meaning(field),
            _source(field.attname),
            "; ".join(f"{code} = {words}" for code, words in codes_of(field).items()),
        ]


def _type(field: models.Field[Any, Any]) -> str:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = target.get_internal_type()
    return kind.removesuffix("Field").removeprefix("Positive").removeprefix("Small").lower()


def unit_of(name: str) -> str:
    if found := measures().get(name):
        return found.unit
    return next(
        (unit for end, unit in _UNITS.items() if name.rsplit("_", maxsplit=1)[-1] == end), ""
    )


def _meaning(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.ForeignKey):
        return f"{field.verbose_name}: a row of {name_of(field.related_model)}"
    return str(field.verbose_name)


def _source(name: str) -> str:
    """The code or publication that the rules name for a value."""
    if found := measures().get(name):
        return f"LOINC {found.code}"
    scale = SPRAVATO_US.scales.get(name)
    return SCALES[scale].source if scale else ""


def codes_of(field: models.Field[Any, Any]) -> dict[str, str]:
    """What the values of a column stand for, where they are codes."""
    scale = SPRAVATO_US.scales.get(field.name)
    if scale and not isinstance(field, models.CharField):
        return {str(level.value): str(level.words) for level in SCALES[scale].levels}
    choices = field.flatchoices or []
    return {str(code): str(words) for code, words in choices if code != ""}
