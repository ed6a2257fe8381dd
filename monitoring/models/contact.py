"""Minutes that staff spend directly with a patient, as each person records their own."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionRow
from monitoring.rules.minutes import MOST_AT_ONCE

MOST_PATIENTS = 99
"""No limit of anyone's: two digits keep out slips."""


class StaffContact(SessionRow):
    """From when to when the person who recorded it was directly with the patient, and with how many
    patients at once.

    It says nothing of the treatment, so it moves no counter and takes no signature back (decision
    0016). Times are whole minutes. More than two patients at once are asked about, and that the
    number was confirmed is kept. `role` is that in which the person worked at the site then.
    """

    may_follow_departure = True
    is_clinical = False

    class Role(models.TextChoices):
        NURSE = "nurse", _("Nurse")
        CLINICIAN = "clinician", _("Clinician")

    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    role = models.CharField(_("Worked as"), max_length=9, choices=Role.choices)
    started_at = models.DateTimeField(_("From"))
    ended_at = models.DateTimeField(_("To"))
    patients_at_once = models.PositiveSmallIntegerField(_("Patients at once"))
    is_number_confirmed = models.BooleanField(_("Number of patients confirmed"), default=False)
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("staff contact")
        ordering = ("started_at",)
        indexes = (
            # What else the same person recorded in these minutes.
            models.Index(fields=("recorded_by", "started_at"), name="staffcontact_of_person"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__gt=F("started_at")), name="staffcontact_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(patients_at_once__range=(1, MOST_PATIENTS))
                & (Q(patients_at_once__lte=MOST_AT_ONCE) | Q(is_number_confirmed=True)),
                name="staffcontact_number_meant",
            ),
            models.CheckConstraint(
                condition=Q(role__in=("nurse", "clinician")), name="staffcontact_role_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class StaffContactStrike(SessionRow):
    """A staff contact was entered in error: it stays readable, struck through, and counts in
    nothing. By its author, or a clinician."""

    may_follow_departure = True
    is_clinical = False

    contact = models.OneToOneField(StaffContact, on_delete=models.PROTECT, related_name="strike")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("What was wrong"), max_length=300)

    class Meta:
        verbose_name = _("strike of a staff contact")
        ordering = ("recorded_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(reason__gt=""), name="staffcontactstrike_has_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.recorded_at:%Y-%m-%d %H:%M}"
