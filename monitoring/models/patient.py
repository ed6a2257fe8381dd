"""Who is treated."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from clinic.days import possible_days
from clinic.models.row import Guarded, RecordRow
from clinic.names import search_words
from monitoring.models.has_word import HasWord
from monitoring.rules.facts import age_in_years

if TYPE_CHECKING:
    from clinic.models import Site


MOST_WORDS = 8
"""How many words of a search are looked for."""


class Identifier(models.TextChoices):
    """By which of the two on the page it was made sure, once more, whose record it is (CLINICAL 7,
    hazard 6)."""

    BIRTH_DATE = "birth_date", _("Date of birth")
    MRN = "mrn", _("MRN")


class PatientQuerySet(models.QuerySet["Patient"]):
    def at(self, site: Site) -> PatientQuerySet:
        return self.filter(site=site)

    def with_mrn(self, mrn: str) -> PatientQuerySet:
        """Who has `mrn`, in capital or small letters: one, found by the index that holds it so."""
        return self.filter(Exact(Upper("mrn"), Upper(Value(mrn))))

    def matching(self, typed: str) -> PatientQuerySet:
        """Patients who have each word of `typed` at the beginning of a word of their names or MRN,
        in any case, with or without accents, or were born on the day that it is."""
        return self.filter(found_by(typed))


def found_by(typed: str, at: str = "") -> models.Q:
    """The condition for `matching`; `at` is the way to the patient from another table.

    A day in any readable form finds who was born on it; one that can mean two days finds both.
    """
    if days := possible_days(typed):
        return _worded(typed, at) | models.Q(**{f"{at}date_of_birth__in": sorted(days)})
    found = models.Q()
    for token in typed.split()[:MOST_WORDS]:
        days = possible_days(token)
        condition = _worded(token, at)
        if days:
            condition |= models.Q(**{f"{at}date_of_birth__in": sorted(days)})
        found &= condition
    return found


def _worded(typed: str, at: str) -> models.Q:
    names, found = models.F(f"{at}search_name"), models.Q()
    for whole, *pieces in search_words(typed)[:MOST_WORDS]:
        alternatives = models.Q(HasWord(names, whole))
        if pieces:
            alternatives |= models.Q(*(HasWord(names, piece) for piece in pieces))
        found &= alternatives
    return found


class Patient(Guarded):
    """MRN is unique across the organisation, however it is typed. Empty allergies mean not known,
    not none. A person with only one name has it as family name.

    A change is a `PatientAmendment`; the database makes it, and refuses any other.
    """

    AMENDED = (
        "mrn",
        "family_name",
        "given_name",
        "date_of_birth",
        "sex",
        "allergies",
        "cautions",
        "telephone",
        "rems_enrolled_on",
    )
    """What an amendment may change."""

    class Sex(models.TextChoices):
        FEMALE = "female", _("Female")
        MALE = "male", _("Male")
        OTHER = "other", _("Other")
        UNKNOWN = "unknown", _("Not known")

    chain_kind = "patient"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, related_name="patients", db_index=False
    )
    mrn = models.CharField(_("MRN"), max_length=40)
    family_name = models.CharField(_("Family name"), max_length=120)
    given_name = models.CharField(_("Given name"), max_length=120, blank=True)
    date_of_birth = models.DateField(_("Date of birth"))
    sex = models.CharField(_("Sex"), max_length=10, choices=Sex.choices)
    allergies = models.CharField(_("Allergies"), max_length=300, blank=True)
    cautions = models.CharField(_("Standing cautions"), max_length=300, blank=True)
    rems_enrolled_on = models.DateField(_("REMS enrolment date"), null=True, blank=True)
    telephone = models.CharField(_("Telephone"), max_length=40, blank=True)
    search_name = models.CharField(max_length=1000, editable=False)
    created_at = models.DateTimeField()
    amended = models.PositiveIntegerField(default=0, editable=False)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ("family_name", "given_name", "mrn")
        indexes = (
            # With the MRN: the register goes on after one of thousands who have the same name.
            models.Index(
                fields=("site", "family_name", "given_name", "mrn"), name="patient_by_name"
            ),
            # Who is taken for a patient is looked for with each page that shows one.
            models.Index(fields=("site", "date_of_birth"), name="patient_by_birth"),
            models.Index(
                fields=("site", "search_name"),
                name="patient_by_search",
                opclasses=("uuid_ops", "varchar_pattern_ops"),
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(mrn="") & ~models.Q(family_name=""),
                name="patient_identified",
            ),
            models.UniqueConstraint(Upper("mrn"), name="patient_mrn_once"),
        )

    def __str__(self) -> str:
        return self.banner_name

    @property
    def banner_name(self) -> str:
        """Family name in capitals, then given name where there is one: "SMITH, Jane"."""
        return ", ".join(filter(None, (self.family_name.upper(), self.given_name)))

    def age_on(self, day: date) -> int:
        return age_in_years(self.date_of_birth, day)


class PatientAmendment(RecordRow):
    """One change of a patient: the old value stays readable beside the new.

    `changes` holds, by column, the old and the new value as JSON has them. The database writes the
    new values into the patient's row as this row is added, and only where the old ones stand there.
    """

    chain_kind = "patient"

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, related_name="amendments", db_index=False
    )
    number = models.PositiveIntegerField()
    changes = models.JSONField()
    reason = models.CharField(_("Reason"), max_length=300)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("number",)
        verbose_name = _("amendment of a patient")
        constraints = (
            models.UniqueConstraint(fields=("patient", "number"), name="patientamendment_once"),
            models.CheckConstraint(condition=models.Q(reason__gt=""), name="patientamendment_why"),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"
