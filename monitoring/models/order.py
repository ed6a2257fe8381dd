"""A prescriber's order for the session."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionFact


class Order(SessionFact):
    """How much of the drug of the session's protocol, in which phase of treatment, and why this
    dose (CLINICAL 8, rule 52). The latest counts; there is none after the first dose."""

    class TreatmentPhase(models.TextChoices):
        """The phases of the label's dose table (CLINICAL 1)."""

        INDUCTION = "induction", _("Weeks 1 to 4")
        WEEKS_5_TO_8 = "weeks_5_to_8", _("Weeks 5 to 8")
        MAINTENANCE = "maintenance", _("Week 9 and later")

    mg = models.DecimalField(_("Ordered (mg)"), max_digits=6, decimal_places=1)
    treatment_phase = models.CharField(
        _("Phase of treatment"), max_length=16, choices=TreatmentPhase.choices
    )
    reason = models.CharField(_("Why this dose"), max_length=300)
    beyond_reason = models.CharField(_("Why beyond the protocol"), max_length=300, blank=True)
    """Asked of a later order of an infusion; the first has that of the plan."""
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(condition=Q(mg__gt=0), name="order_has_mg"),
            models.CheckConstraint(
                condition=Q(treatment_phase__in=("induction", "weeks_5_to_8", "maintenance")),
                name="order_treatment_phase_known",
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="order_has_reason"),
        )
