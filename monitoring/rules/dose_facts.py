"""Doses and their order as plain data (CLINICAL 5; 8, rules 20 to 22 and 44)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from monitoring.rules.mended import Corrected


@dataclass(frozen=True, kw_only=True)
class DoseFacts:
    """One device, given at `started_at`, or one part of an infusion, which also ends.

    `mg` is what is known to have been given. `sprays` are those that left a device, and None where
    they were not asked; `detail` says what was not given.
    """

    id: UUID
    seq: int
    number: int
    mg: float
    started_at: datetime
    ended_at: datetime | None
    is_complete: bool | None
    recorded_at: datetime
    early_reason: str = ""
    late_reason: str = ""
    end_recorded_at: datetime | None = None
    end_late_reason: str = ""
    predose_reading: UUID | None = None
    corrected: Corrected | None = None
    sprays: int | None = None
    detail: str = ""
    complaint: str = ""
    is_paused: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether nothing left the device: another one may be given in its place."""
        return self.sprays == 0


@dataclass(frozen=True, kw_only=True)
class InfusionOrder:
    """How an infusion was ordered: by weight, at mg a mL, over minutes (CLINICAL 5)."""

    weight_kg: Decimal
    mg_per_kg: Decimal
    concentration: Decimal
    minutes: int
    beyond_reason: str = ""
