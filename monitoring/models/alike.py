"""Patients of one site who are taken for each other: by name, or by a near name and birth date."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from clinic.names import search_text
from monitoring.models.patient import Patient
from monitoring.rules.alike import is_near

MOST_ALIKE = 200


def alike(
    site_id: UUID, family_name: str, given_name: str, born: date, but: UUID | None = None
) -> tuple[Patient, ...]:
    """Other patients of the site who have the same name, or the same or a near family name and the
    same birth date (CLINICAL 7, hazard 7). In one query; those of another site are not looked at.
    """
    family = search_text(family_name)
    name = search_text(f"{family_name} {given_name}")
    others = Patient.objects.filter(site=site_id)
    if but is not None:
        others = others.exclude(pk=but)
    of_that_day = others.filter(date_of_birth=born)
    named = others.filter(search_name__startswith=family)
    found = (of_that_day | named)[:MOST_ALIKE]
    return tuple(
        p
        for p in sorted(found, key=lambda p: p.mrn)
        if search_text(p.banner_name) == name
        or (p.date_of_birth == born and is_near(search_text(p.family_name), family))
    )


def alike_to(patient: Patient) -> tuple[Patient, ...]:
    """The other patients of the site who are taken for `patient`."""
    names = patient.family_name, patient.given_name
    return alike(patient.site_id, *names, patient.date_of_birth, patient.pk)
