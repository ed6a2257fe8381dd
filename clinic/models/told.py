"""Rows that are saved together with what the trail tells of them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from clinic.models.row import Guarded


class Told(Guarded):
    """Saved and deleted in one transaction with what its signals make others write."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        with transaction.atomic():
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            return super().delete(*args, **kwargs)
