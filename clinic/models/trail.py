"""The tamper-evident trail: a chain for each session, patient and person, and one for the whole
organisation."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from clinic.models.row import Guarded, RecordRow


class ChainHead(Guarded):
    """Where a chain stands: how many entries it has, and the digest of the last.

    `id` is that of the session, patient or person; the organisation's chain has the nil id.
    """

    chain_kind = ""

    class Kind(models.TextChoices):
        SESSION = "session"
        PATIENT = "patient"
        STAFF = "staff"
        ORGANISATION = "organisation"

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=("session", "patient", "staff", "organisation")),
                name="chainhead_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id} {self.count}"


class TrailEntry(RecordRow):
    """One change: who, when, from which device, every field that was written.

    `payload` is canonical JSON, kept as the very text that `digest` was made of. `digest` is the
    HMAC-SHA-256 of all the other columns, `previous` among them, under the key that `key_id`
    names; the key is kept outside the database.
    """

    chain_kind = ""

    chain = models.UUIDField()
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    device = models.CharField(max_length=40, blank=True)
    payload = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    key_id = models.CharField(max_length=40)

    class Meta:
        ordering = ("chain", "seq")
        indexes = (
            models.Index(fields=("-at", "-id"), name="trail_by_date"),
            models.Index(fields=("actor", "-at"), name="trail_by_person"),
            models.Index(fields=("verb", "-at"), name="trail_by_verb"),
        )
        constraints = (
            models.UniqueConstraint(fields=("chain", "seq"), name="trailentry_seq_once"),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.chain} {self.seq}"
