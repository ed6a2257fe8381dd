"""Shared tablets, and who may come back to one with a PIN."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from django.db import models

from clinic.models.people import Staff
from clinic.models.row import Guarded
from clinic.models.site import Site


class Seen(NamedTuple):
    """What a tablet told of itself, as its row has it."""

    name: str
    last_seen_at: datetime
    on_screen: uuid.UUID | None
    unsent: list[Any]


class Tablet(Guarded):
    """A shared device that an administrator enrolled for a site. Revoked, never deleted.

    `device` is what the trail calls the browser. What the tablet told of itself is no record and is
    not logged: `last_seen_at` to the minute, `on_screen` the session that it shows, and `unsent`
    what is on it and not on the server, as lists of session, number of entries, and since when.
    """

    TOLD_BY_ITSELF: ClassVar = frozenset({"last_seen_at", "on_screen", "unsent"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="tablets")
    name = models.CharField(max_length=60)
    device = models.CharField(max_length=40)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    last_seen_at = models.DateTimeField()
    on_screen = models.UUIDField(null=True)
    unsent = models.JSONField(default=list)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("site", "name")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="tablet_revoked_by_someone",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Shift(Guarded):
    """Someone who signed in fully on a tablet and may come back with a PIN, until it ends.

    `has_second_factor` says how they signed in; `wrong_tries` counts wrong PINs in a row.
    """

    chain_kind = ""  # On no chain: a shift says nothing about a patient or a role.

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="shifts")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="shifts")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    has_second_factor = models.BooleanField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("-began_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("tablet", "staff"),
                condition=models.Q(ended_at__isnull=True),
                name="shift_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff} on {self.tablet}"
