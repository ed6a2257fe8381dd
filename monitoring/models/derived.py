"""What is made from the facts of a session, and can be made again at any time.

It is no part of the record: no chain has it and no guard holds it. The verbs keep it in step,
`manage.py figures` makes it again, and verification compares it with the facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from uuid import UUID


class Derived(models.Model):
    class Meta:
        abstract = True


class Tag(Derived):
    """What a session is found by (`rules/tags.py`): the register filters by it."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(
        "monitoring.Session", on_delete=models.PROTECT, related_name="tags", db_index=False
    )
    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=40)

    if TYPE_CHECKING:
        session_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "kind", "code"), name="tag_once"),
        )
        indexes = (models.Index(fields=("kind", "code", "session"), name="tag_by_code"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Figures(Derived):
    """The figures of one session that has ended; there is one row for each."""

    session = models.OneToOneField(
        "monitoring.Session",
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="figures",
    )

    if TYPE_CHECKING:
        session_id: UUID

    def __str__(self) -> str:
        return f"figures of {self.session_id}"
