"""A clinician's signature, and its withdrawal."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from monitoring.models.patient import Identifier
from monitoring.models.row import SessionFact, SessionRow


class Clearance(SessionRow):
    """Covers every fact of its session up to `through_seq`; never edited, only withdrawn.

    It is no fact of the session itself, so it does not move the counter it is compared with.
    `content_digest` is of the record that was shown, `chain_head` of the trail up to it; both are
    empty on what was signed before there was a trail. `proof` is how the signer showed who they
    are; empty on what was signed before that was kept, as is
    `identified_by`.
    """

    class Proof(models.TextChoices):
        PASSWORD = "password", _("Password")
        PASSKEY = "passkey", _("Passkey")

    MEANING = _("Clearance to leave after observation")

    through_seq = models.PositiveIntegerField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clearances"
    )
    printed_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    meaning = models.CharField(max_length=120)
    statement = models.TextField()
    checklist = models.JSONField()
    justifications = models.JSONField(default=dict)
    ready_minutes = models.PositiveSmallIntegerField(null=True)
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    identified_by = models.CharField(
        _("Checked with the patient"),
        max_length=10,
        choices=Identifier.choices,
        blank=True,
        default="",
    )
    content_digest = models.CharField(max_length=64, blank=True)
    chain_head = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("through_seq",)
        constraints = (
            models.UniqueConstraint(
                fields=("session", "through_seq"), name="clearance_once_per_state"
            ),
            models.UniqueConstraint(
                fields=("content_digest",),
                condition=Q(content_digest__gt=""),
                name="clearance_content_once",
            ),
            models.CheckConstraint(
                condition=Q(printed_name__gt="", meaning__gt="", statement__gt=""),
                name="clearance_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(identified_by__in=("", *Identifier.values)),
                name="clearance_identifier_known",
            ),
            models.CheckConstraint(
                condition=Q(proof__in=("", "password", "passkey")), name="clearance_proof_known"
            ),
        )

    def __str__(self) -> str:
        return f"clearance through {self.through_seq}"


class Withdrawal(SessionFact):
    """Takes a clearance back. A fact of the session: it moves the counter."""

    can_be_struck = False

    clearance = models.OneToOneField(Clearance, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("Reason"), max_length=500)
    is_automatic = models.BooleanField(default=False)

    class Meta(SessionFact.Meta):
        constraints = (
            *SessionFact.Meta.constraints,
            models.CheckConstraint(condition=Q(reason__gt=""), name="withdrawal_has_reason"),
        )
