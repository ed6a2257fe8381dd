"""Anything else worth its time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import Correctable
from monitoring.rules.facts import REPEAT_MINUTES


class Event(Correctable):
    """A response names who was informed and what was ordered, and after how many minutes a reading
    was to be repeated, if it was; an adverse event says whether it was serious, and a later event
    resolves it (CLINICAL 2; 8, rules 13 and 43). A handover names from whom and to whom; that of
    the watch holds once the one it names recorded or accepted it."""

    class Of(models.TextChoices):
        """What is handed over."""

        PRESCRIBER = "prescriber", _("Prescriber on site")
        OBSERVER = "observer", _("Who watches the patient")

    class Kind(models.TextChoices):
        SYMPTOM = "symptom", _("Symptom")
        INTERVENTION = "intervention", _("Intervention")
        MEDICATION = "medication", _("Medication")
        HANDOVER = "handover", _("Handover")
        ACCEPTANCE = "acceptance", _("Handover accepted")
        RESPONSE = "response", _("Response")
        ADVERSE_EVENT = "adverse_event", _("Adverse event")
        RESOLUTION = "resolution", _("Resolution")
        NOTE = "note", _("Note")

    kind = models.CharField(_("What"), max_length=16, choices=Kind.choices)
    at = models.DateTimeField(_("When"))
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)
    detail = models.CharField(_("Detail"), max_length=1000, blank=True)
    symptoms = models.JSONField(_("Symptoms"), default=list)
    answers_reading = models.ForeignKey(
        "monitoring.Reading", on_delete=models.PROTECT, null=True, related_name="responses"
    )
    answers_event = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="responses"
    )
    informed = models.CharField(_("Who was informed"), max_length=200, blank=True)
    ordered = models.CharField(_("What was ordered"), max_length=500, blank=True)
    repeat_minutes = models.PositiveSmallIntegerField(_("Repeat in"), null=True)
    is_serious = models.BooleanField(_("Serious"), null=True)
    onset_at = models.DateTimeField(_("Onset"), null=True)
    resolves = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="resolutions"
    )

    hands_over = models.CharField(
        _("What is handed over"), max_length=10, choices=Of.choices, blank=True
    )
    handed_from = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    handed_from_name = models.CharField(max_length=200, blank=True)
    handed_to_name = models.CharField(max_length=200, blank=True)
    accepts = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="acceptances"
    )
    watches = models.PositiveSmallIntegerField(null=True)
    watch_limit = models.PositiveSmallIntegerField(null=True)
    """As in the admission: how many patients who accepts then watches, and the site's number."""

    class Meta(Correctable.Meta):
        constraints = (
            *Correctable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(
                    kind__in=(
                        "symptom",
                        "intervention",
                        "medication",
                        "handover",
                        "acceptance",
                        "response",
                        "adverse_event",
                        "resolution",
                        "note",
                    )
                ),
                name="event_kind_known",
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="response", informed__gt="", ordered__gt="")
                    & (
                        Q(answers_reading__isnull=False, answers_event=None)
                        | Q(answers_reading=None, answers_event__isnull=False)
                    )
                )
                | (
                    ~Q(kind="response")
                    & Q(answers_reading=None, answers_event=None, informed="", ordered="")
                ),
                name="event_response_agrees",
            ),
            models.CheckConstraint(
                condition=Q(repeat_minutes=None)
                | Q(
                    kind="response",
                    repeat_minutes__gte=REPEAT_MINUTES[0],
                    repeat_minutes__lte=REPEAT_MINUTES[1],
                ),
                name="event_repeat_agrees",
            ),
            models.CheckConstraint(
                condition=Q(kind="adverse_event", is_serious__isnull=False, onset_at__isnull=False)
                | (~Q(kind="adverse_event") & Q(is_serious=None, onset_at=None)),
                name="event_adverse_agrees",
            ),
            models.CheckConstraint(
                condition=Q(kind="resolution", resolves__isnull=False)
                | (~Q(kind="resolution") & Q(resolves=None)),
                name="event_resolution_agrees",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("response", "symptom", "acceptance"))
                | Q(hands_over__gt="")
                | Q(detail__gt=""),
                name="event_has_detail",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="handover",
                    hands_over__in=("prescriber", "observer"),
                    handed_to__isnull=False,
                    handed_to_name__gt="",
                )
                & (Q(handed_from=None) | ~Q(handed_from=F("handed_to")))
                | Q(
                    hands_over="",
                    handed_from=None,
                    handed_to=None,
                    handed_from_name="",
                    handed_to_name="",
                ),
                name="event_handover_agrees",
            ),
            models.CheckConstraint(
                condition=Q(kind="acceptance", accepts__isnull=False)
                | (~Q(kind="acceptance") & Q(accepts=None)),
                name="event_acceptance_agrees",
            ),
        )
