"""The telephone call after a session."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import Sent, SessionFact


class Call(SessionFact, Sent):
    """A call to a patient who has left: whether anyone answered and, if so, how the patient is.

    What has to be followed up, suicidal thoughts or an adverse event, is an event of its own, made
    with the call, which a clinician reviews.
    """

    may_follow_departure = True
    is_only_after_end = True

    at = models.DateTimeField(_("When"))
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)
    was_reached = models.BooleanField(_("Reached"))
    detail = models.CharField(_("How the patient is, or what was tried"), max_length=1000)
    has_slept = models.BooleanField(_("Restful sleep since"), null=True)
    has_driven = models.BooleanField(_("Drove or used machinery before it"), null=True)
    systolic = models.PositiveSmallIntegerField(_("Systolic"), null=True)
    diastolic = models.PositiveSmallIntegerField(_("Diastolic"), null=True)
    has_suicidal_thoughts = models.BooleanField(_("Suicidal thoughts"), null=True)
    had_adverse_event = models.BooleanField(_("Adverse event since leaving"), null=True)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            *Sent.Meta.constraints,
            models.CheckConstraint(
                condition=Q(detail__gt="")
                & (
                    Q(
                        was_reached=True,
                        has_slept__isnull=False,
                        has_driven__isnull=False,
                        has_suicidal_thoughts__isnull=False,
                        had_adverse_event__isnull=False,
                    )
                    | Q(
                        was_reached=False,
                        has_slept=None,
                        has_driven=None,
                        has_suicidal_thoughts=None,
                        had_adverse_event=None,
                        systolic=None,
                        diastolic=None,
                    )
                ),
                name="call_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(systolic=None, diastolic=None)
                | Q(systolic__isnull=False, diastolic__isnull=False),
                name="call_pressure_agrees",
            ),
        )
