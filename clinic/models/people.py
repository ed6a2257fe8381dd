"""The people and their roles at the sites."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic import clock
from clinic.models.row import Guarded
from clinic.models.site import Site


def _now() -> datetime:
    """The clock is looked up at each call: tests put another in its place."""
    return clock.now()


class Staff(Guarded, AbstractUser):
    """A person who works here. Deactivated, never deleted; superuser is no clinical role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credentials = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    pin = models.CharField(max_length=128, blank=True)
    """Hashed as the password is. It unlocks an enrolled tablet, and nothing else."""
    last_site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, related_name="+")
    """The site that a person of several sites chose last: signing in leads there again."""

    class Meta:
        ordering = ("last_name", "first_name")
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.username

    def check_password(self, raw_password: str | None) -> bool:
        """Nothing is written: Django's own hashes again what was hashed in an older way, and tells
        no one, so that the person would not be whom the trail tells. Signing in does it by a verb.
        """
        return check_password(raw_password, self.password)

    @property
    def printed_name(self) -> str:
        """Name and credentials as signed: "Rosa Delgado, RN"."""
        name = self.get_full_name() or self.username
        return f"{name}, {self.credentials}" if self.credentials else name


class Membership(Guarded):
    """One role of one person at one site. Roles add up.

    `emergency` is the role of a clinician from elsewhere; it alone has a reason, an end and a
    review. Each such visit is a row that stays, so that it can be looked at afterwards.
    """

    rights = frozenset({"INSERT", "UPDATE", "DELETE"})

    class Role(models.TextChoices):
        NURSE = "nurse", _("Nurse")
        CLINICIAN = "clinician", _("Clinician")
        ADMINISTRATOR = "administrator", _("Administrator")
        AUDITOR = "auditor", _("Auditor")
        EMERGENCY = "emergency", _("Emergency access")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    given_at = models.DateTimeField(null=True, default=_now)
    """Empty for a role that was given before the time was recorded: no rule finds it too new."""
    began_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("site", "role")
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "site", "role"),
                condition=~models.Q(role="emergency"),
                name="membership_once",
            ),
            models.CheckConstraint(
                condition=models.Q(reviewed_at__isnull=True, reviewed_by__isnull=True, review="")
                | models.Q(role="emergency", reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~models.Q(review=""),
                name="membership_review_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    role__in=("nurse", "clinician", "administrator", "auditor", "emergency")
                ),
                name="membership_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(role="emergency", began_at__isnull=False, ends_at__isnull=False)
                & ~models.Q(reason="")
                | ~models.Q(role="emergency")
                & models.Q(began_at__isnull=True, ends_at__isnull=True, reason=""),
                name="membership_emergency_has_reason_and_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff}, {self.role} at {self.site}"

    def is_in_force(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at
