"""One healthcare setting."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clinic.models.row import Guarded


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("%(name)s is not a time zone."), params={"name": name})


class Site(Guarded):
    """One healthcare setting.

    `rems_certified_on` is empty while it is not certified; `rems_certified_until` is the last day
    of the certification, and empty while no end is known.
    """

    WATCH_LIMITS = (1, 4)
    """The bounds of `watch_limit`: above four the warning would not come in a usual session."""

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
    asks_witness = models.BooleanField(default=False)
    """Whether a second person witnesses each dose here."""
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    address_2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    paper_size = models.CharField(
        max_length=10, choices=PaperSize.choices, default=PaperSize.LETTER
    )

    watch_limit = models.PositiveSmallIntegerField(default=2)
    """Above how many patients whom one person watches there is a warning (CLINICAL 8, rule 40)."""

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
            models.CheckConstraint(
                condition=models.Q(watch_limit__gte=1, watch_limit__lte=4),
                name="site_watch_limit_possible",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
