"""Who read whose record."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.row import RecordRow


class AccessEntry(RecordRow):
    """One patient's data, shown to one person once; added, never changed.

    `session` is empty where the page was about the patient, or about several. "Matched" says that
    a person compared an identifier with the patient, when the tablet had changed hands.
    """

    class Action(models.TextChoices):
        LISTED = "listed", _("Listed")
        OPENED = "opened", _("Opened")
        PRINTED = "printed", _("Printed")
        EXPORTED = "exported", _("Exported")
        MATCHED = "matched", _("Compared with the patient")

    chain_kind = ""

    at = models.DateTimeField()
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey("clinic.Site", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("monitoring.Patient", on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(
        "monitoring.Session", on_delete=models.PROTECT, null=True, related_name="+"
    )
    action = models.CharField(max_length=8, choices=Action.choices)
    page = models.CharField(max_length=40)
    device = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=("site", "-at"), name="access_by_date"),
            models.Index(fields=("patient", "-at"), name="access_to_patient"),
            models.Index(fields=("staff", "-at"), name="access_by_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(
                    action__in=("listed", "opened", "printed", "exported", "matched")
                ),
                name="accessentry_action_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.page} {self.at:%Y-%m-%d %H:%M}"
