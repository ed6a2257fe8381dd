"""Anything else worth its time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import Correctable, Sent
from monitoring.rules.facts import REPEAT_MINUTES

CSSRS = tuple(f"cssrs_{number}" for number in range(1, 7))
"""The six questions of the C-SSRS screener, yes or no (CLINICAL 3, S70)."""
SCREEN = ("phq9_item9", "phq9_total", *CSSRS)


def _screen_agrees() -> Q:
    """A screen has PHQ-9 item 9, the C-SSRS or why neither was done; nothing else has them. An item
    is 0 to 3, and the other eight of the total are at most 24 (CLINICAL 3)."""
    nothing = Q(not_done="", **dict.fromkeys(SCREEN))
    in_range = Q(phq9_item9=None, phq9_total=None) | Q(phq9_item9__range=(0, 3)) & (
        Q(phq9_total=None)
        | Q(phq9_total__gte=F("phq9_item9"), phq9_total__lte=F("phq9_item9") + 24)
    )
    measured = Q(not_done="") & (Q(phq9_item9__isnull=False) | Q(cssrs_6__isnull=False))
    coded = Q(not_done__gt="", **dict.fromkeys(SCREEN))
    return Q(kind="screen") & ((measured & in_range) | coded) | (~Q(kind="screen") & nothing)


class Event(Correctable, Sent):
    """A response names who was informed and what was ordered, and after how many minutes a reading
    was to be repeated, if it was; an adverse event says whether it was serious, and a later event
    resolves it (CLINICAL 2; 8, rules 13 and 43). A handover names from whom and to whom; that of
    the watch holds once the one it names recorded or accepted it.

    A screen is the result of a questionnaire on suicidality, or why there is none (rule 42); a
    review is a clinician's answer to it, or to what was recorded after the patient had left. What
    a drug did is an effect, which names the medication. `after_departure` marks what came once the
    patient had left: no signature covers it.
    """

    may_follow_departure = True

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
        SCREEN = "screen", _("Suicidality screen")
        REVIEW = "review", _("Clinician's review")
        EFFECT = "effect", _("Effect of a medication")

    class Route(models.TextChoices):
        ORAL = "oral", _("By mouth")
        SUBLINGUAL = "sublingual", _("Under the tongue")
        INTRAVENOUS = "intravenous", _("Intravenous")
        INTRAMUSCULAR = "intramuscular", _("Intramuscular")
        SUBCUTANEOUS = "subcutaneous", _("Subcutaneous")
        NASAL = "nasal", _("Nasal")
        INHALED = "inhaled", _("Inhaled")
        TRANSDERMAL = "transdermal", _("On the skin")
        RECTAL = "rectal", _("Rectal")

    class Unit(models.TextChoices):
        MG = "mg", "mg"
        MICROGRAM = "microgram", _("microgram")
        GRAM = "g", "g"
        ML = "ml", "mL"
        UNIT = "unit", _("units")
        PUFF = "puff", _("puffs")
        TABLET = "tablet", _("tablets")

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
    answers_dose = models.ForeignKey(
        "monitoring.Dose", on_delete=models.PROTECT, null=True, related_name="reviews"
    )
    informed = models.CharField(_("Who was informed"), max_length=200, blank=True)
    ordered = models.CharField(_("What was ordered"), max_length=500, blank=True)
    repeat_minutes = models.PositiveSmallIntegerField(_("Repeat in"), null=True)
    is_serious = models.BooleanField(_("Serious"), null=True)
    onset_at = models.DateTimeField(_("Onset"), null=True)
    resolves = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="resolutions"
    )
    after_departure = models.BooleanField(default=False)
    phq9_item9 = models.PositiveSmallIntegerField(_("PHQ-9 item 9"), null=True)
    phq9_total = models.PositiveSmallIntegerField(_("PHQ-9 total"), null=True)
    cssrs_1 = models.BooleanField(null=True)
    cssrs_2 = models.BooleanField(null=True)
    cssrs_3 = models.BooleanField(null=True)
    cssrs_4 = models.BooleanField(null=True)
    cssrs_5 = models.BooleanField(null=True)
    cssrs_6 = models.BooleanField(null=True)
    not_done = models.CharField(_("Why it was not done"), max_length=16, blank=True)
    drug = models.CharField(_("Drug"), max_length=120, blank=True)
    amount = models.DecimalField(_("Dose"), max_digits=9, decimal_places=3, null=True)
    unit = models.CharField(_("Unit"), max_length=12, choices=Unit.choices, blank=True)
    route = models.CharField(_("Route"), max_length=16, choices=Route.choices, blank=True)
    ordered_by = models.CharField(_("Ordered by"), max_length=200, blank=True)

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
        indexes = (
            # Few of all events: the review list does not grow with the archive.
            models.Index(
                fields=("session",), condition=Q(after_departure=True), name="event_after_leaving"
            ),
        )
        constraints = (
            *Correctable.Meta.constraints,
            *Sent.Meta.constraints,
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
                        "screen",
                        "review",
                        "effect",
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
                | Q(
                    Q(answers_event__isnull=False, answers_dose=None)
                    | Q(answers_event=None, answers_dose__isnull=False),
                    kind="review",
                    answers_reading=None,
                    informed__gt="",
                    ordered__gt="",
                )
                | Q(
                    kind="effect",
                    answers_reading=None,
                    answers_event__isnull=False,
                    informed="",
                    ordered="",
                )
                | (
                    ~Q(kind__in=("response", "review", "effect"))
                    & Q(answers_reading=None, answers_event=None, informed="", ordered="")
                ),
                name="event_response_agrees",
            ),
            models.CheckConstraint(
                condition=Q(kind="review") | Q(answers_dose=None), name="event_dose_reviewed"
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
                condition=Q(kind__in=("response", "symptom", "acceptance", "screen"))
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
            models.CheckConstraint(condition=_screen_agrees(), name="event_screen_agrees"),
            models.CheckConstraint(
                condition=Q(kind="medication")
                | Q(drug="", amount=None, unit="", route="", ordered_by=""),
                name="event_medication_agrees",
            ),
        )
