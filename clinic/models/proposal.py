"""Changes of who may sign that wait for a second person."""

from __future__ import annotations

import uuid

from django.db import models

from clinic.models.people import Membership, Staff
from clinic.models.row import Guarded
from clinic.models.site import Site


class Proposal(Guarded):
    """A change of who may sign here that waits for a second person, or for a day to pass.

    `role` is the role to be given; empty for a new sign-in without the present second
    factors. `effective_at` is set where no second administrator could confirm it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="proposals")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="proposals")
    role = models.CharField(max_length=20, blank=True, choices=Membership.Role.choices)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    is_confirmed = models.BooleanField(null=True)
    """True once it was done, False once it was cancelled."""

    class Meta:
        ordering = ("proposed_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("staff", "site", "role"),
                condition=models.Q(ended_at__isnull=True),
                name="proposal_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=("", "clinician", "administrator")),
                name="proposal_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ended_at__isnull=True, ended_by__isnull=True, is_confirmed__isnull=True
                )
                | models.Q(
                    ended_at__isnull=False, ended_by__isnull=False, is_confirmed__isnull=False
                ),
                name="proposal_ended_by_someone",
            ),
        )

    def __str__(self) -> str:
        return f"{self.role or 'new sign-in'} for {self.staff} at {self.site}"
