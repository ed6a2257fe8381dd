"""What is added once a session has ended: it never changes what was signed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionFact


class Amendment(SessionFact):
    """A statement on one row of the record, or on the session as a whole (`about_id` empty), with
    the reason for it. The row that it is about stays as it is."""

    may_follow_departure = True
    is_only_after_end = True
    can_be_struck = False

    class About(models.TextChoices):
        SESSION = "session", _("Session as a whole")
        ADMISSION = "admission", _("Arrival")
        DECISION = "decision", _("Decision")
        DOSE = "dose", _("Dose")
        READING = "reading", _("Reading")
        EVENT = "event", _("Event")
        CLEARANCE = "clearance", _("Clearance")
        DEPARTURE = "departure", _("Departure")

    about = models.CharField(_("About"), max_length=10, choices=About.choices)
    about_id = models.UUIDField(null=True)
    text = models.CharField(_("Amendment"), max_length=1000)
    reason = models.CharField(_("Reason"), max_length=300)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(text__gt="", reason__gt="", printed_name__gt=""),
                name="amendment_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(about="session", about_id=None)
                | Q(
                    about__in=(
                        "admission",
                        "decision",
                        "dose",
                        "reading",
                        "event",
                        "clearance",
                        "departure",
                    ),
                    about_id__isnull=False,
                ),
                name="amendment_about_known",
            ),
        )


class Review(SessionFact):
    """A clinician's answer to a reading that arrived after the patient had left."""

    may_follow_departure = True
    can_be_struck = False

    reading = models.OneToOneField(
        "monitoring.Reading", on_delete=models.PROTECT, related_name="review"
    )
    assessment = models.CharField(_("Assessment"), max_length=500)
    action_taken = models.CharField(_("What was done"), max_length=500)
    printed_name = models.CharField(max_length=200)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(
                condition=Q(assessment__gt="", action_taken__gt="", printed_name__gt=""),
                name="review_is_whole",
            ),
        )
