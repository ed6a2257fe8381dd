"""Who is treated."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.rules.course import age_in_years

if TYPE_CHECKING:
    from clinic.models import Site


class PatientQuerySet(models.QuerySet["Patient"]):
    def at(self, site: Site) -> PatientQuerySet:
        return self.filter(site=site)

    def matching(self, words: str) -> PatientQuerySet:
        """Patients whose names or MRN begin with each of `words`."""
        found = self
        for word in words.replace(",", " ").split():
            found = found.filter(
                models.Q(family_name__istartswith=word)
                | models.Q(given_name__istartswith=word)
                | models.Q(mrn__istartswith=word)
            )
        return found


class Patient(models.Model):
    """MRN is unique across the organisation. Empty allergies mean not known, not none."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")
        UNKNOWN = "unknown", _("Not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField(_("MRN"), max_length=40, unique=True)
    family_name = models.CharField(_("Family name"), max_length=120)
    given_name = models.CharField(_("Given name"), max_length=120)
    date_of_birth = models.DateField(_("Date of birth"))
    sex = models.CharField(_("Sex"), max_length=10, choices=Sex.choices)
    allergies = models.CharField(_("Allergies"), max_length=300, blank=True)
    cautions = models.CharField(_("Standing cautions"), max_length=300, blank=True)
    rems_enrolled_on = models.DateField(_("REMS enrolment date"), null=True, blank=True)
    created_at = models.DateTimeField()

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ("family_name", "given_name", "mrn")
        indexes = (
            models.Index(fields=("site", "family_name", "given_name"), name="patient_by_name"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(mrn="") & ~models.Q(family_name="") & ~models.Q(given_name=""),
                name="patient_identified",
            ),
        )

    def __str__(self) -> str:
        return self.banner_name

    @property
    def banner_name(self) -> str:
        """Family name in capitals, then given name: "SMITH, Jane"."""
        return f"{self.family_name.upper()}, {self.given_name}"

    def age_on(self, day: date) -> int:
        return age_in_years(self.date_of_birth, day)
