"""Who visits in an emergency is no clinician of the site to the database either."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from clinic.models import Membership, Site, Staff
from monitoring.models import Clearance, Decision, Review
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import StaffFactory
from tests.guards.examples import example, reviewed, signed
from tests.guards.raw import copy
from tests.guards.world import Clinic, Visit

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def visitor(clinic: Clinic, clock: TestClock) -> Staff:
    """A clinician elsewhere, at the clinic's site in an emergency that lasts all day."""
    staff = StaffFactory.create(username="visitor")
    elsewhere = insert(Site(name="Elsewhere"))
    insert(Membership(staff=staff, site=elsewhere, role="clinician"))
    now = clock.now()
    insert(
        Membership(
            staff=staff,
            site=clinic.site,
            role="emergency",
            began_at=now,
            ends_at=now + timedelta(days=1),
            reason="Chest pain",
        )
    )
    return staff


def test_a_visitor_signs_no_clearance(visitor: Staff, clinic: Clinic, clock: TestClock) -> None:
    visit = Visit(clinic, clock).ready()
    like = Clearance.objects.get(session=signed(clinic, clock).id)
    given: dict[str, Any] = {
        "session_id": visit.id,
        "through_seq": visit.row.last_seq,
        "signed_at": clock.now(),
    }
    with (
        pytest.raises(IntegrityError, match="guard_clearance_signed_by_clinician"),
        transaction.atomic(),
    ):
        copy(like, signed_by_id=visitor.id, **given)
    # The control: the same row, by the site's own clinician.
    copy(like, signed_by_id=clinic.clinician.id, **given)


def test_a_visitor_decides_on_no_dose(visitor: Staff, clinic: Clinic, clock: TestClock) -> None:
    visit, _row = example("decision", clinic, clock)
    like = Decision.objects.filter(session=visit.id).latest("seq")
    given: dict[str, Any] = {"seq": visit.row.last_seq + 1}
    with (
        pytest.raises(IntegrityError, match="guard_decision_decided_by_clinician"),
        transaction.atomic(),
    ):
        copy(like, recorded_by_id=visitor.id, **given)
    copy(like, recorded_by_id=clinic.clinician.id, **given)


def test_a_visitor_reviews_no_late_reading(
    visitor: Staff, clinic: Clinic, clock: TestClock
) -> None:
    visit, row = reviewed(clinic, clock)
    like = Review.objects.get(pk=row.pk)
    late = visit.read()
    given: dict[str, Any] = {"reading_id": late.id, "seq": visit.row.last_seq + 1}
    with pytest.raises(IntegrityError, match="guard_review_reviewed_once"), transaction.atomic():
        copy(like, recorded_by_id=visitor.id, **given)
    copy(like, recorded_by_id=clinic.clinician.id, **given)


def test_an_emergency_without_a_reason_or_an_end_is_no_role(
    clinic: Clinic, clock: TestClock
) -> None:
    staff = StaffFactory.create(username="visitor")
    now = clock.now()
    whole = {"began_at": now, "ends_at": now + timedelta(hours=1), "reason": "Chest pain"}
    for name, nothing in (("began_at", None), ("ends_at", None), ("reason", "")):
        given = whole | {name: nothing}
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(Membership(staff=staff, site=clinic.site, role="emergency", **given))
    for role in ("nurse", "clinician", "administrator", "auditor"):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(Membership(staff=staff, site=clinic.site, role=role, **whole))
