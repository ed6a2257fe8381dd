"""What every row of the record has in common."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from clinic.ids import uuid7


class Fact(models.Model):
    """A row that is added once and never changed or deleted; the database refuses both.

    `seq` is the session's counter: each fact moves it by one, so that order does not depend on a
    clock and a signature can name exactly what it covers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey("monitoring.Session", on_delete=models.PROTECT)
    seq = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
        ordering = ("seq",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("session", "seq"), name="%(class)s_seq_once"),
        )

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.seq}"
