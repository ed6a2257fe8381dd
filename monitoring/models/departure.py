"""How the patient left."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.row import SessionRow


class Departure(SessionRow):
    """A discharge holds the clearance it stands on; the others say why there is none (CLINICAL 8,
    rules 32, 34 and 35). Of who left unseen, `left_at` is when it was noticed."""

    class Kind(models.TextChoices):
        DISCHARGED = "discharged", _("Discharged")
        TRANSFERRED = "transferred", _("Transferred to emergency care")
        AGAINST_ADVICE = "against_advice", _("Left against advice")
        LEFT_UNSEEN = "left_unseen", _("Left without being seen off")

    may_follow_departure = True

    session = models.OneToOneField("monitoring.Session", on_delete=models.PROTECT)
    kind = models.CharField(_("How the patient leaves"), max_length=16, choices=Kind.choices)
    left_at = models.DateTimeField(_("Left at"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    clearance = models.OneToOneField(
        "monitoring.Clearance", on_delete=models.PROTECT, null=True, related_name="departure"
    )
    escort_name = models.CharField(_("Handed over to"), max_length=120, blank=True)
    escort_phone = models.CharField(_("Their telephone"), max_length=40, blank=True)
    no_escort_reason = models.CharField(_("Why there is no escort"), max_length=300, blank=True)
    transport = models.CharField(_("Transport"), max_length=120, blank=True)
    advice_given = models.BooleanField(_("Advice given again"), null=True)
    destination = models.CharField(_("Transferred to"), max_length=200, blank=True)
    reason = models.CharField(_("Reason"), max_length=500, blank=True)
    clinician_informed = models.CharField(_("Clinician informed"), max_length=200, blank=True)
    had_serious_event = models.BooleanField(_("Serious adverse event"), null=True)
    serious_event_detail = models.CharField(
        _("What the serious adverse event was"), max_length=500, blank=True
    )
    last_seen_at = models.DateTimeField(_("Last seen at"), null=True)
    noticed_by = models.CharField(_("Who noticed"), max_length=200, blank=True)
    late_reason = models.CharField(_("Why entered late"), max_length=300, blank=True)

    class Meta:
        ordering = ("recorded_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind="discharged",
                    clearance__isnull=False,
                    transport__gt="",
                    advice_given=True,
                )
                & (Q(escort_name__gt="", escort_phone__gt="") | Q(no_escort_reason__gt=""))
                | Q(
                    kind="transferred",
                    clearance=None,
                    destination__gt="",
                    reason__gt="",
                    had_serious_event__isnull=False,
                )
                | Q(
                    kind="against_advice",
                    clearance=None,
                    reason__gt="",
                    clinician_informed__gt="",
                    had_serious_event__isnull=False,
                )
                | Q(
                    kind="left_unseen",
                    clearance=None,
                    reason__gt="",
                    noticed_by__gt="",
                    last_seen_at__isnull=False,
                    had_serious_event__isnull=False,
                ),
                name="departure_is_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.left_at:%Y-%m-%d}"
