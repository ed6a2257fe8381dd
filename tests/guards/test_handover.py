"""Only the one to whom the watch was handed over accepts it, whoever asks the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.ids import uuid7
from clinic.models import Staff
from monitoring.actions import accept_watch, hand_over_watch
from tests.clock import TestClock
from tests.guards.raw import copy
from tests.guards.world import Clinic, Visit

pytestmark = pytest.mark.usefixtures("owner")


def test_an_acceptance_by_another_or_a_second_one_is_refused(
    clinic: Clinic, clock: TestClock
) -> None:
    visit = Visit(clinic, clock).dosed()
    taker: Staff = clinic.clinician
    handover = hand_over_watch(visit.id, clinic.nurse, id=uuid7(), to_id=taker.pk)
    row = accept_watch(visit.id, taker, id=uuid7(), handover_id=handover.pk)
    other: dict[str, Any] = {"recorded_by_id": clinic.nurse.pk}
    for changes in ({}, other):
        with pytest.raises(IntegrityError, match="answers_own_session"), transaction.atomic():
            copy(row, id=uuid7(), seq=visit.row.last_seq + 1, **changes)
