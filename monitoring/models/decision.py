"""A clinician's decision on the dose."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionFact


class Decision(SessionFact):
    """Give, delay or do not give, always with a reason; names the reading it was taken on.

    `history` are the codes of what the patient's earlier sessions and age asked about
    (`rules/history.py`), and was answered by it."""

    class Outcome(models.TextChoices):
        GIVE = "give", _("Give the dose")
        DELAY = "delay", _("Delay the dose")
        DO_NOT_GIVE = "do_not_give", _("Do not give")

    outcome = models.CharField(_("Decision"), max_length=12, choices=Outcome.choices)
    reason = models.CharField(_("Reason"), max_length=500)
    reading = models.ForeignKey(
        "monitoring.Reading", on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    history = models.JSONField(default=list)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome__in=("give", "delay", "do_not_give")),
                name="decision_outcome_known",
            ),
            models.CheckConstraint(condition=Q(reason__gt=""), name="decision_has_reason"),
        )
