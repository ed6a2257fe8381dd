"""The place and its people."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


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


class Site(Told):
    """One healthcare setting. `rems_certified_on` is empty while it is not certified."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    rems_site_id = models.CharField(max_length=40, blank=True)
    rems_certified_on = models.DateField(null=True, blank=True)
    is_inpatient = models.BooleanField(default=False)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ("name",)

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
    """One role of one person at one site. Roles add up."""

    class Role(models.TextChoices):
        NURSE = "nurse", _("Nurse")
        CLINICIAN = "clinician", _("Clinician")
        ADMINISTRATOR = "administrator", _("Administrator")
        AUDITOR = "auditor", _("Auditor")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ("site", "role")
        constraints = (
            models.UniqueConstraint(fields=("staff", "site", "role"), name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=("nurse", "clinician", "administrator", "auditor")),
                name="membership_role_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff}, {self.role} at {self.site}"
