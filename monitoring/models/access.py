"""Who read whose record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.row import RecordRow

RARE = ("printed", "exported", "matched")


class AccessEntry(RecordRow):
    """One view: the data of one patient or of several, shown to one person at once; added, never
    changed.

    Of several patients `listing` names the list of them, and `patient` is empty; a view that was
    kept before there were lists has an entry for each of its patients. `session` is empty where the
    page was about the patient, or about several. "Matched" says that a person compared an
    identifier with the patient, when the tablet had changed hands.
    """

    class Action(models.TextChoices):
        LISTED = "listed", _("Listed")
        OPENED = "opened", _("Opened")
        PRINTED = "printed", _("Printed")
        EXPORTED = "exported", _("Exported")
        MATCHED = "matched", _("Compared with the patient")

    chain_kind = ""

    at = models.DateTimeField()
    # Of what an index below begins with, no other is needed.
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    site = models.ForeignKey(
        "clinic.Site", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    patient = models.ForeignKey(
        "monitoring.Patient", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    session = models.ForeignKey(
        "monitoring.Session", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    action = models.CharField(max_length=8, choices=Action.choices)
    page = models.CharField(max_length=40)
    device = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)
    listing = models.UUIDField(null=True)
    told_at = models.DateTimeField(null=True)
    """When the log was told of it, where the database took nothing when it happened."""

    if TYPE_CHECKING:
        patient_id: UUID | None
        session_id: UUID | None

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("site", "-at"), name="access_by_date"),
            models.Index(fields=("staff", "-at"), name="access_by_person"),
            # What is rare is not met soon on the way through all that was read.
            models.Index(
                fields=("site", "action", "-at"),
                name="access_of_rare",
                condition=Q(action__in=RARE),
            ),
            models.Index(
                fields=("patient", "-at"),
                name="access_of_patient",
                condition=Q(patient__isnull=False),
            ),
            models.Index(
                fields=("session", "-at"),
                name="access_of_session",
                condition=Q(session__isnull=False),
            ),
            models.Index(
                fields=("listing",), name="access_of_list", condition=Q(listing__isnull=False)
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(action__in=("listed", "opened", "printed", "exported", "matched")),
                name="accessentry_action_known",
            ),
            models.CheckConstraint(
                condition=Q(patient__isnull=False, listing=None)
                | Q(patient=None, listing__isnull=False),
                name="accessentry_of_one_or_several",
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.page} {self.at:%Y-%m-%d %H:%M}"


class ListedPatient(RecordRow):
    """One patient of a list that was shown. The same patients are one list, however often they are
    shown together: its id is made of theirs, so that it can be told whether one is missing."""

    chain_kind = ""

    listing = models.UUIDField()
    patient = models.ForeignKey("monitoring.Patient", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("patient of a list")
        constraints = (
            models.UniqueConstraint(fields=("listing", "patient"), name="listedpatient_once"),
        )

    def __str__(self) -> str:
        return f"{self.listing} {self.patient_id}"


def listing_of(patients: Iterable[UUID]) -> UUID:
    """The id of the list of these patients."""
    whole = b"".join(sorted(patient.bytes for patient in set(patients)))
    return UUID(bytes=hashlib.sha256(whole).digest()[:16])
