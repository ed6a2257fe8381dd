"""Patients of one site who are taken for each other: by name, or by a near name and birth date."""

from __future__ import annotations

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
    family = search_text(family_name)
    name = search_text(f"{family_name} {given_name}")
    found = _ASKED.rows([site_id, site_id], born, *stretch(name))
    return tuple(
        p
        for p in sorted(found, key=lambda p: p.mrn)
        if p.pk != but
        and (
            search_text(p.banner_name) == name
            or (p.date_of_birth == born and is_near(search_text(p.family_name), family))
        )
    )


def alike_to(patient: Patient) -> tuple[Patient, ...]:
    """The other patients of the site who are taken for `patient`."""
    names = patient.family_name, patient.given_name
    return alike(patient.site_id, *names, patient.date_of_birth, patient.pk)


def born_or_named(sites: list[UUID], born: date, first: str, end: str) -> QuerySet[Patient]:
    """Each is looked for by its own index; joined by "or", SQLite would go through the site."""
    one, again = sites
    of_that_day = Patient.objects.order_by().filter(site=one, date_of_birth=born)
    named = Q(Begins(F("search_name"), (first, end)))
    return of_that_day.union(Patient.objects.order_by().filter(named, site=again))


_ASKED = Constant(born_or_named)
