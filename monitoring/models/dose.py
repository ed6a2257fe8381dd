"""One device, or one part of an infusion and its end."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Site, Staff
from monitoring.models.patient import Identifier
from monitoring.models.row import Correctable, SessionFact


class Dose(Correctable):
    """Rests on a complete pre-dose reading and, above the guide, on a clinician's decision.

    `sprays` are those that left a device, as its green dots tell: a device of which none did has
    failed, and the next one has its number. They are empty for a part of an infusion, whose end
    tells, and for a device recorded before they were asked, where `is_complete` alone is known.
    `mg` is what the device holds, or what was still ordered when the part began; `rate` is in mL an
    hour (CLINICAL 8, rules 20 to 22; 11, device that fails).

    Of the doses that stand and did not fail, each has its own number; the database's guards hold
    that, since what was struck or replaced keeps its number.
    `identified_by` is empty on what was given before that was asked. After the patient has left
    a dose is corrected alone, and marked.
    """

    may_follow_departure = True

    number = models.PositiveSmallIntegerField()
    product = models.CharField(max_length=80)
    mg = models.DecimalField(max_digits=6, decimal_places=1)
    lot = models.CharField(_("Lot number"), max_length=40)
    expiry = models.DateField(_("Expiry date"))
    started_at = models.DateTimeField(_("Given at"))
    is_complete = models.BooleanField(_("Complete"), null=True)
    sprays = models.PositiveSmallIntegerField(_("Sprays given"), null=True)
    partial_detail = models.CharField(_("What was not given"), max_length=300, blank=True)
    complaint = models.CharField(_("Product complaint"), max_length=80, blank=True)
    rate = models.DecimalField(_("Rate (mL/h)"), max_digits=6, decimal_places=1, null=True)
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
    identified_by = models.CharField(
        _("Checked with the patient"),
        max_length=10,
        choices=Identifier.choices,
        blank=True,
        default="",
    )
    after_departure = models.BooleanField(default=False)

    class Meta(Correctable.Meta):
        indexes = (
            # Few of all doses: the review list does not grow with the archive.
            models.Index(
                fields=("session",), condition=Q(after_departure=True), name="dose_after_leaving"
            ),
        )
        constraints = (
            *Correctable.Meta.constraints,
            models.CheckConstraint(condition=Q(number__gte=1), name="dose_number_possible"),
            models.CheckConstraint(
                condition=Q(identified_by__in=("", *Identifier.values)),
                name="dose_identifier_known",
            ),
            models.CheckConstraint(condition=Q(mg__gt=0), name="dose_has_mg"),
            models.CheckConstraint(condition=Q(lot__gt=""), name="dose_has_lot"),
            models.CheckConstraint(
                condition=Q(is_complete=False, partial_detail__gt="")
                | Q(Q(is_complete=True) | Q(is_complete=None), partial_detail=""),
                name="dose_partial_explained",
            ),
            models.CheckConstraint(
                condition=Q(sprays=None)
                | Q(sprays=2, is_complete=True)
                | Q(sprays__in=(0, 1), is_complete=False),
                name="dose_sprays_agree",
            ),
            models.CheckConstraint(
                condition=Q(complaint="") | Q(sprays__in=(0, 1)), name="dose_complaint_has_cause"
            ),
            models.CheckConstraint(condition=Q(rate=None) | Q(rate__gt=0), name="dose_rate_flows"),
        )


class DoseEnd(SessionFact):
    """The end of one part of an infusion: when, and how much of it had run in. The infusion is
    paused, to be resumed by the next part, or it has ended. Struck or corrected with its dose."""

    class Kind(models.TextChoices):
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    can_be_struck = False
    may_follow_departure = True

    dose = models.OneToOneField(Dose, on_delete=models.PROTECT, related_name="end")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.ENDED)
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
                condition=Q(kind="ended") | Q(kind="paused", is_complete=False),
                name="doseend_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(is_complete=False, partial_detail__gt="")
                | Q(is_complete=True, partial_detail=""),
                name="doseend_partial_explained",
            ),
        )


def witnesses(site: Site, given_by: Staff) -> models.QuerySet[Staff]:
    """Who may witness a dose: whoever works at the site, other than the person who gives it. Not
    who visits in an emergency."""
    people = Staff.objects.filter(is_active=True, memberships__site=site, memberships__ends_at=None)
    return people.exclude(pk=given_by.pk).distinct()
