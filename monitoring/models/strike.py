"""What was entered in error: a fact that takes another out of the rules, and its confirmation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import Sent, SessionFact


class Strike(SessionFact, Sent):
    """Names the fact that was entered in error, by its noun and id, and why.

    The fact stays readable and counts in nothing any more, nor does what it had replaced. Where
    `needs_confirmation`, that is so only once a clinician has confirmed it: until then the fact
    counts (CLINICAL 7, hazards 7 and 32).
    """

    class Kind(models.TextChoices):
        WRONG_PATIENT = "wrong_patient", _("Wrong patient")
        WRONG_TIME = "wrong_time", _("Wrong time")
        WRONG_VALUE = "wrong_value", _("Wrong value")
        ENTERED_TWICE = "entered_twice", _("Entered twice")
        OTHER = "other", _("Other")

    may_follow_departure = True
    can_be_struck = False

    noun = models.CharField(max_length=20)
    target = models.UUIDField()
    kind = models.CharField(_("What was wrong"), max_length=16, choices=Kind.choices)
    reason = models.CharField(_("In a few words"), max_length=300)
    needs_confirmation = models.BooleanField()
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        indexes = (
            # The guards ask of each fact whether it was struck.
            models.Index(fields=("target",), name="strike_of_fact"),
            # Few of all strikes: the review list does not grow with the archive.
            models.Index(
                fields=("session",),
                condition=Q(needs_confirmation=True),
                name="strike_may_wait",
            ),
        )
        constraints = (
            *SessionFact.Meta.constraints,
            *Sent.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        "wrong_patient",
                        "wrong_time",
                        "wrong_value",
                        "entered_twice",
                        "other",
                    )
                ),
                name="strike_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(reason__gt="", printed_name__gt="", noun__gt=""),
                name="strike_is_whole",
            ),
        )


class StrikeConfirmation(SessionFact):
    """A clinician's answer to a strike that waits: confirmed, the fact counts no more; otherwise
    it goes on counting, and the strike is without effect."""

    may_follow_departure = True
    can_be_struck = False

    strike = models.OneToOneField(Strike, on_delete=models.PROTECT, related_name="confirmation")
    is_confirmed = models.BooleanField(_("Entered in error"))
    reason = models.CharField(_("Reason"), max_length=300, blank=True)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(printed_name__gt="")
                & (Q(is_confirmed=True) | Q(is_confirmed=False, reason__gt="")),
                name="strikeconfirmation_is_whole",
            ),
        )
