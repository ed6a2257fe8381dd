"""A clinician of another site comes in for an hour, says why, and signs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from clinic import access, emergency
from clinic.access import Permission
from clinic.actions import (
    NewPerson,
    change_roles,
    deactivate_person,
    end_emergency,
    enter_emergency,
    invite_person,
    leave_emergency,
    reactivate_person,
    renew_link,
    review_emergency,
)
from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff, TrailEntry
from clinic.refusal import NotAllowed, Refused
from monitoring import actions
from monitoring.actions.admit_patient import Answers
from monitoring.actions.record_event import EventEntry
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import (
    PASSWORD,
    MembershipFactory,
    SiteFactory,
    StaffFactory,
    person,
    visitor,
)
from tests.factories.visits import dosed, planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(clock: TestClock, db: None) -> Site:
    return SiteFactory.create(name="Home")


@pytest.fixture
def away(clock: TestClock, db: None) -> Site:
    return SiteFactory.create(name="Away")


@pytest.fixture
def clinician(home: Site) -> Staff:
    return person(home, "clinician")


def enter(by: Staff, site: Site, **given: Any) -> Membership:
    return enter_emergency(by, site, **({"reason": "Chest pain", "password": PASSWORD} | given))


def again(staff: Staff) -> Staff:
    """The person as the next request loads them."""
    return Staff.objects.get(pk=staff.pk)


def told(staff: Staff) -> list[str]:
    entries = TrailEntry.objects.filter(chain=staff.pk).order_by("seq")
    return list(entries.values_list("verb", flat=True))


def test_it_lets_a_clinician_in_for_an_hour(clinician: Staff, away: Site, clock: TestClock) -> None:
    visit = enter(clinician, away)
    may = access.may
    assert may(again(clinician), Permission.RECORD_READING, away)
    clock.forward(minutes=59, seconds=59)
    assert may(again(clinician), Permission.RECORD_READING, away)
    clock.forward(seconds=1)
    assert not may(again(clinician), Permission.VIEW_BOARD, away)
    assert not visit.is_in_force(clock.now())


def test_it_gives_enough_to_help_and_neither_dose_nor_signature(
    away: Site, clock: TestClock
) -> None:
    given = access.PERMISSIONS["emergency"]
    assert {Permission.VIEW_SESSION, Permission.RECORD_READING, Permission.RECORD_EVENT} <= given
    assert given.isdisjoint(
        {
            Permission.DECIDE_DOSE,
            Permission.GIVE_DOSE,
            Permission.SIGN_CLEARANCE,
            Permission.DEPART,
            Permission.REVIEW_READING,
            Permission.AMEND_RECORD,
            Permission.ENTER_IN_EMERGENCY,
        }
    )


@pytest.mark.parametrize("role", ["nurse", "administrator", "auditor"])
def test_only_a_clinician_enters(home: Site, away: Site, role: str) -> None:
    with pytest.raises(NotAllowed):
        enter(person(home, role), away)


def test_a_visit_is_no_way_to_a_third_site(home: Site, away: Site) -> None:
    with pytest.raises(NotAllowed):
        enter(person(home, "emergency"), away)


def test_who_was_deactivated_does_not_enter(clinician: Staff, away: Site) -> None:
    Staff.objects.filter(pk=clinician.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        enter(clinician, away)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_a_reason_is_given(clinician: Staff, away: Site, reason: str) -> None:
    with pytest.raises(Refused, match="reason"):
        enter(clinician, away, reason=reason)
    assert not emergency.visits(away).exists()


def test_a_wrong_password_is_told_and_lets_no_one_in(clinician: Staff, away: Site) -> None:
    with pytest.raises(Refused, match="password"):
        enter(clinician, away, password="guess")
    assert told(clinician)[-1] == "enter_failed"
    assert not emergency.visits(away).exists()


def test_who_works_or_visits_there_already_does_not_enter(
    clinician: Staff, home: Site, away: Site
) -> None:
    with pytest.raises(NotAllowed):
        enter(clinician, home)
    MembershipFactory.create(staff=clinician, site=SiteFactory.create(), role="clinician")
    with pytest.raises(Refused, match="is_here"):
        enter(clinician, home)
    enter(clinician, away)
    with pytest.raises(Refused, match="is_here"):
        enter(clinician, away)


def test_a_visit_that_ended_stays_beside_the_next_one_and_both_are_told(
    clinician: Staff, away: Site, clock: TestClock
) -> None:
    enter(clinician, away, reason="First")
    clock.forward(minutes=61)
    enter(clinician, away, reason="Second")
    here = Membership.objects.filter(staff=clinician, site=away).order_by("began_at")
    assert [m.reason for m in here] == ["First", "Second"]
    assert told(clinician)[-2:] == ["enter_emergency", "enter_emergency"]
    entry = TrailEntry.objects.filter(chain=clinician.pk).latest("seq")
    (row,) = json.loads(entry.payload)["rows"]["membership"].values()
    assert (row["role"], row["reason"], row["site_id"]) == ("emergency", "Second", str(away.pk))
    assert [p for p in verify().problems if str(clinician.pk) in p.words] == []


def test_one_leaves_before_the_time_is_over(clinician: Staff, away: Site, clock: TestClock) -> None:
    enter(clinician, away)
    clock.forward(minutes=5)
    leave_emergency(clinician, away)
    assert not access.may(again(clinician), Permission.VIEW_BOARD, away)
    assert told(clinician)[-1] == "leave_emergency"
    with pytest.raises(Refused, match="not_visiting"):
        leave_emergency(clinician, away)


def test_an_administrator_of_the_site_ends_it(clinician: Staff, away: Site) -> None:
    administrator = person(away, "administrator")
    enter(clinician, away)
    end_emergency(administrator, away, clinician.pk)
    assert not emergency.visits(away).exists()
    with pytest.raises(Refused, match="not_visiting"):
        end_emergency(administrator, away, clinician.pk)


def test_no_one_else_ends_it(clinician: Staff, home: Site, away: Site) -> None:
    enter(clinician, away)
    for by in (person(away, "nurse"), person(home, "administrator"), clinician):
        with pytest.raises(NotAllowed):
            end_emergency(by, away, clinician.pk)
    with pytest.raises(NotAllowed):
        end_emergency(person(away, "administrator"), away, StaffFactory.create().pk)


def test_it_is_announced_with_the_site_they_come_from(clinician: Staff, away: Site) -> None:
    enter(clinician, away)
    visit = emergency.visits(away).get()
    assert vars(visit)["from_site"] == "Home"
    assert (visit.staff, visit.reason) == (clinician, "Chest pain")


def test_a_visit_is_no_role_that_an_administrator_gives_or_takes(
    clinician: Staff, away: Site
) -> None:
    administrator, nurse = person(away, "administrator"), person(away, "nurse")
    with pytest.raises(Refused, match="no_role"):
        change_roles(administrator, away, nurse.pk, roles=["emergency"])
    new = NewPerson(username="x", first_name="x", last_name="x")
    with pytest.raises(Refused, match="no_role"):
        invite_person(administrator, away, new, roles=["nurse", "emergency"])
    enter(clinician, away)
    changes: list[Callable[[], Any]] = [
        lambda: change_roles(administrator, away, clinician.pk, roles=["nurse"]),
        lambda: deactivate_person(administrator, away, clinician.pk),
        lambda: reactivate_person(administrator, away, clinician.pk),
        lambda: renew_link(administrator, away, clinician.pk),
    ]
    for change in changes:
        with pytest.raises(NotAllowed):
            change()
    assert emergency.visits(away).get().staff == clinician


def test_the_own_administrator_manages_a_clinician_who_is_visiting(
    clinician: Staff, home: Site, away: Site
) -> None:
    enter(clinician, away)
    change_roles(person(home, "administrator"), home, clinician.pk, roles=["nurse"])
    assert emergency.visits(away).count() == 1
    deactivate_person(person(home, "administrator"), home, clinician.pk)
    assert not emergency.visits(away).exists()
    last = TrailEntry.objects.filter(chain=clinician.pk).latest("seq")
    assert last.verb == "deactivate_person"
    (visit,) = json.loads(last.payload)["rows"]["membership"].values()
    assert set(visit) == {"ends_at"}


def test_a_visitor_records_readings_and_events_and_nothing_else(clock: TestClock) -> None:
    visit = dosed(clock)
    guest = visitor(visit.site)
    clock.forward(minutes=3)
    actions.record_event(
        visit.id,
        guest,
        id=uuid7(),
        event=EventEntry(
            kind="note",
            at=clock.now(),
            detail="Oxygen given",
        ),
    )
    assert visit.session.event_set.get().recorded_by == guest
    reading = visit.session.reading_set.latest("seq")
    with pytest.raises(actions.NotAllowed):
        actions.decide_dose(
            visit.id, guest, id=uuid7(), outcome="give", reason="x", reading_id=reading.id,
            through_seq=visit.session.last_seq,
        )  # fmt: skip
    with pytest.raises(actions.NotAllowed):
        actions.cancel_session(visit.id, guest, reason="x")
    clock.forward(minutes=60)
    with pytest.raises(actions.NotAllowed):
        actions.record_event(
            visit.id,
            guest,
            id=uuid7(),
            event=EventEntry(
                kind="note",
                at=clock.now(),
                detail="x",
            ),
        )


def test_a_visitor_is_nobodys_prescriber_and_witnesses_nothing(clock: TestClock) -> None:
    visit = planned(clock)
    guest = visitor(visit.site)
    with pytest.raises(actions.Refused, match="prescriber"):
        actions.admit_patient(
            visit.id,
            visit.nurse,
            id=uuid7(),
            answers=Answers(
                given={},
                prescriber_id=guest.pk,
            ),
        )


@pytest.mark.parametrize(("hours", "is_let_in"), [(0, False), (23.99, False), (24, True)])
def test_who_is_a_clinician_since_less_than_a_day_does_not_enter(
    away: Site, home: Site, clock: TestClock, hours: float, is_let_in: bool
) -> None:
    newcomer = StaffFactory.create()
    insert(Membership(staff=newcomer, site=home, role="clinician"))
    clock.forward(minutes=hours * 60)
    if is_let_in:
        assert enter(newcomer, away).site == away
        return
    with pytest.raises(Refused, match="new_role"):
        enter(newcomer, away)


def test_one_person_is_at_three_other_sites_at_most(clinician: Staff, clock: TestClock) -> None:
    sites = [SiteFactory.create() for _ in range(4)]
    for site in sites[:3]:
        enter(clinician, site)
    with pytest.raises(Refused, match="most_visits"):
        enter(clinician, sites[3])
    leave_emergency(clinician, sites[0])
    enter(clinician, sites[3])
    clock.forward(minutes=61)
    enter(clinician, sites[0])


@pytest.mark.parametrize("role", ["administrator", "clinician"])
def test_a_visit_is_reviewed_once_it_is_over(
    clinician: Staff, away: Site, clock: TestClock, role: str
) -> None:
    reviewer, visit = person(away, role), enter(clinician, away)
    assert not emergency.to_review(away).exists()
    with pytest.raises(Refused, match="still_visiting"):
        review_emergency(reviewer, away, visit.pk, words="Helped in room 3")
    clock.forward(minutes=60)
    assert vars(emergency.to_review(away).get())["from_site"] == "Home"
    with pytest.raises(Refused, match="review"):
        review_emergency(reviewer, away, visit.pk, words="  ")
    review_emergency(reviewer, away, visit.pk, words="Helped in room 3")
    assert not emergency.to_review(away).exists()
    assert told(clinician)[-1] == "review_emergency"
    with pytest.raises(Refused, match="reviewed"):
        review_emergency(reviewer, away, visit.pk, words="Again")
    assert [p for p in verify().problems if str(clinician.pk) in p.words] == []


def test_only_clinicians_and_administrators_of_the_visited_site_review(
    clinician: Staff, home: Site, away: Site, clock: TestClock
) -> None:
    visit = enter(clinician, away)
    clock.forward(minutes=60)
    for by in (person(away, "nurse"), person(away, "auditor"), person(home, "administrator")):
        with pytest.raises(NotAllowed):
            review_emergency(by, away, visit.pk, words="x")
    with pytest.raises(NotAllowed):
        review_emergency(person(home, "administrator"), home, visit.pk, words="x")
    MembershipFactory.create(staff=clinician, site=away, role="clinician")
    with pytest.raises(Refused, match="own_visit"):
        review_emergency(again(clinician), away, visit.pk, words="x")
