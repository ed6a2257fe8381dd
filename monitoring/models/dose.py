"""One device, or one infusion and its end."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Staff
from monitoring.models.row import SessionFact


class Dose(SessionFact):
    """Rests on a complete pre-dose reading and, above the guide, on a clinician's decision.

    `is_complete` is empty for an infusion, whose end tells (CLINICAL 8, rules 20 to 22).
    """

    number = models.PositiveSmallIntegerField()
    product = models.CharField(max_length=80)
    mg = models.DecimalField(max_digits=6, decimal_places=1)
    lot = models.CharField(_("Lot number"), max_length=40)
    expiry = models.DateField(_("Expiry date"))
    started_at = models.DateTimeField(_("Given at"))
    is_complete = models.BooleanField(_("Complete"), null=True)
    partial_detail = models.CharField(_("What was not given"), max_length=300, blank=True)
    early_reason = models.CharField(
        _("Why earlier than five minutes after the last device"), max_length=300, blank=True
    )
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)
    predose_reading = models.ForeignKey(
        "monitoring.Reading", on_delete=models.PROTECT, related_name="doses"
    )
    decision = models.ForeignKey(
        "monitoring.Decision", on_delete=models.PROTECT, null=True, related_name="doses"
    )
    witness = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.UniqueConstraint(fields=("session", "number"), name="dose_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=3), name="dose_number_possible"
            ),
            models.CheckConstraint(condition=Q(mg__gt=0), name="dose_has_mg"),
            models.CheckConstraint(condition=Q(lot__gt=""), name="dose_has_lot"),
            models.CheckConstraint(
                condition=Q(is_complete=False, partial_detail__gt="")
                | Q(Q(is_complete=True) | Q(is_complete=None), partial_detail=""),
                name="dose_partial_explained",
            ),
        )


class DoseEnd(SessionFact):
    """The end of an infusion: when, and how much had run in."""

    dose = models.OneToOneField(Dose, on_delete=models.PROTECT, related_name="end")
    ended_at = models.DateTimeField(_("Ended at"))
    mg = models.DecimalField(_("Given (mg)"), max_digits=6, decimal_places=1)
    is_complete = models.BooleanField(_("Complete"))
    partial_detail = models.CharField(_("What was not given"), max_length=300, blank=True)
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(condition=Q(mg__gte=0), name="doseend_has_mg"),
            models.CheckConstraint(
                condition=Q(is_complete=False, partial_detail__gt="")
                | Q(is_complete=True, partial_detail=""),
                name="doseend_partial_explained",
            ),
        )


def witnesses(site_id: UUID, given_by: Staff) -> models.QuerySet[Staff]:
    """Who may witness a dose: whoever works at the site, other than the person who gives it. Not
    who visits in an emergency."""
    people = Staff.objects.filter(
        is_active=True, memberships__site=site_id, memberships__ends_at=None
    )
    return people.exclude(pk=given_by.pk).distinct()
