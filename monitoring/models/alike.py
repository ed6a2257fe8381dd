"""Patients of one site who are taken for each other: by name, or by a near name and birth date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from clinic.models.constant import Constant
from clinic.names import search_text
from monitoring.models.begins import Begins, stretch
from monitoring.models.patient import Patient
from monitoring.rules.alike import is_near


def alike(
    site_id: UUID, family_name: str, given_name: str, born: date, but: UUID | None = None
) -> tuple[Patient, ...]:
    """Other patients of the site who have the same name, or the same or a near family name and the
    same birth date (CLINICAL 7, hazard 7). In one query; those of another site are not looked at.
    """
    one = _Alike(family_name, given_name, born, but)
    return tuple(sorted(one.among(one.asked(_EVERY, site_id)), key=lambda p: p.mrn))


def alike_to(patient: Patient) -> tuple[Patient, ...]:
    """The other patients of the site who are taken for `patient`."""
    names = patient.family_name, patient.given_name
    return alike(patient.site_id, *names, patient.date_of_birth, patient.pk)


def has_alike(patient: Patient) -> bool:
    """Whether there is any. Where many have the name, one of the first ones mostly says so."""
    names = patient.family_name, patient.given_name
    one = _Alike(*names, patient.date_of_birth, patient.pk)
    found = one.asked(_FIRST, patient.site_id)
    if any(one.among(found)):
        return True
    return len(found) == FIRST and bool(alike_to(patient))


@dataclass(frozen=True, slots=True)
class _Alike:
    """Who is taken for a patient that is called so, other than the one with the id `but`."""

    family_name: str
    given_name: str
    born: date
    but: UUID | None

    def asked(self, found: Constant[Patient], site_id: UUID) -> list[Patient]:
        name = search_text(f"{self.family_name} {self.given_name}")
        return found.rows([site_id, site_id], self.born, *stretch(name))

    def among(self, found: list[Patient]) -> Iterator[Patient]:
        family = search_text(self.family_name)
        name = search_text(f"{self.family_name} {self.given_name}")
        for other in found:
            is_same = search_text(other.banner_name) == name
            is_born_then = other.date_of_birth == self.born
            if other.pk != self.but and (
                is_same or (is_born_then and is_near(search_text(other.family_name), family))
            ):
                yield other


FIRST = 64
"""So many are looked at first."""


def born_or_named(
    sites: list[UUID], born: date, first: str, end: str, *, is_all: bool = False
) -> QuerySet[Patient]:
    """Each is looked for by its own index; joined by "or", SQLite would go through the site. With
    `is_all` one may come twice, and the database need not have found every one to begin."""
    one, again = sites
    of_that_day = Patient.objects.order_by().filter(site=one, date_of_birth=born)
    named = Q(Begins(F("search_name"), (first, end)))
    return of_that_day.union(Patient.objects.order_by().filter(named, site=again), all=is_all)


_EVERY = Constant(born_or_named)
_FIRST = Constant(lambda *asked: born_or_named(*asked, is_all=True)[:FIRST])
