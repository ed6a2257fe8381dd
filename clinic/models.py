"""The organisation and its people."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic import clock


class Told(models.Model):
    """Saved and deleted in one transaction with what its signals make others write."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            return super().delete(*args, **kwargs)


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


def _now() -> datetime:
    """Asked for late, so that another clock can be put in its place."""
    return clock.now()


class Site(Told):
    """One healthcare setting.

    `rems_certified_on` is empty while it is not certified; `rems_certified_until` is the last day
    of the certification, and empty while no end is known.
    """

    class PaperSize(models.TextChoices):
        LETTER = "letter", _("Letter")
        A4 = "a4", _("A4")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    rems_site_id = models.CharField(max_length=40, blank=True)
    rems_certified_on = models.DateField(null=True, blank=True)
    rems_certified_until = models.DateField(null=True, blank=True)
    is_inpatient = models.BooleanField(default=False)
    requires_second_factor = models.BooleanField(default=True)
    """Whether administrators and clinicians do nothing here without a second factor."""
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    address_2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    paper_size = models.CharField(
        max_length=10, choices=PaperSize.choices, default=PaperSize.LETTER
    )

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(rems_certified_until__isnull=True)
                | models.Q(
                    rems_certified_on__isnull=False,
                    rems_certified_until__gte=models.F("rems_certified_on"),
                ),
                name="site_certified_until_after_on",
            ),
            models.CheckConstraint(
                condition=models.Q(paper_size__in=("letter", "a4")), name="site_paper_size_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Staff(Told, AbstractUser):
    """A person who works here. Deactivated, never deleted; superuser is no clinical role."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    credentials = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    pin = models.CharField(max_length=128, blank=True)
    """Hashed as the password is; of use on an enrolled tablet alone."""
    last_site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, related_name="+")
    """Where a person of several sites chose to work last: they land there again."""

    class Meta:
        ordering = ("last_name", "first_name")
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.username

    @property
    def printed_name(self) -> str:
        """Name and credentials as signed: "Rosa Delgado, RN"."""
        name = self.get_full_name() or self.username
        return f"{name}, {self.credentials}" if self.credentials else name


class Membership(Told):
    """One role of one person at one site. Roles add up.

    `emergency` is the role of a clinician from elsewhere; it alone has a reason, an end and a
    review. Each such visit is a row that stays, so that it can be looked at afterwards.
    """

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
    """Empty for a role of before this was kept: it is older than any rule asks."""
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


class Proposal(Told):
    """A change of who may sign here that waits for a second person, or for a day to pass.

    `role` is the role to be given; empty where the sign-in is to begin anew, without the second
    factors there are. `effective_at` is set where no second administrator could confirm it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="proposals")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="proposals")
    role = models.CharField(max_length=20, blank=True, choices=Membership.Role.choices)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    is_confirmed = models.BooleanField(null=True)
    """True once it was done, False once it was cancelled."""

    class Meta:
        ordering = ("proposed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "site", "role"),
                condition=models.Q(ended_at__isnull=True),
                name="proposal_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=("", "clinician", "administrator")),
                name="proposal_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ended_at__isnull=True, ended_by__isnull=True, is_confirmed__isnull=True
                )
                | models.Q(
                    ended_at__isnull=False, ended_by__isnull=False, is_confirmed__isnull=False
                ),
                name="proposal_ended_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role or 'new sign-in'} for {self.staff} at {self.site}"


class Tablet(Told):
    """A shared device that an administrator enrolled for a site. Revoked, never deleted.

    `device` is what the trail calls the browser; `last_seen_at` is kept to some minutes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tablets")
    name = models.CharField(max_length=60)
    device = models.CharField(max_length=40)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    last_seen_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("site", "name")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="tablet_revoked_by_someone",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Shift(models.Model):
    """Someone who signed in fully on a tablet and may come back with a PIN, until it ends.

    `has_second_factor` says how they signed in; `wrong_tries` counts wrong PINs in a row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="shifts")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="shifts")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    has_second_factor = models.BooleanField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-began_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("tablet", "staff"),
                condition=models.Q(ended_at__isnull=True),
                name="shift_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff} on {self.tablet}"
