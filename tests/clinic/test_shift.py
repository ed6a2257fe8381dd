"""Coming back to a shared tablet with a PIN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, make_password

from clinic import actions, shift
from clinic.actions.sessions import begin_shift, end_shifts
from clinic.models import Membership, Shift, Staff, Tablet, TrailEntry
from clinic.refusal import Refused
from tests.clock import TestClock
from tests.factories.logged import delete, save
from tests.factories.people import (
    PIN,
    ShiftFactory,
    SiteFactory,
    StaffFactory,
    TabletFactory,
    person,
)

WRONG = "408216"


@pytest.fixture
def tablet(db: None) -> Tablet:
    return TabletFactory.create()


@pytest.fixture
def rosa(tablet: Tablet) -> Staff:
    return ShiftFactory.create(tablet=tablet).staff


def wrong(tablet: Tablet, staff: Staff, pin: str = WRONG) -> int:
    """How many tries are left after a PIN that does not let in."""
    with pytest.raises(shift.Wrong) as refused:
        actions.try_pin(tablet, staff.pk, pin)
    return refused.value.tries_left


def test_the_right_pin_comes_back_to_the_shift(tablet: Tablet, rosa: Staff) -> None:
    assert actions.try_pin(tablet, rosa.pk, PIN).staff == rosa


def test_five_wrong_pins_end_the_shift_and_then_the_right_one_does_not_help(
    tablet: Tablet, rosa: Staff
) -> None:
    assert [wrong(tablet, rosa) for _ in range(5)] == [4, 3, 2, 1, 0]
    assert wrong(tablet, rosa, PIN) == 0
    assert shift.open_on(tablet) == []
    told = TrailEntry.objects.filter(chain=rosa.pk, verb="pin_failed")
    assert told.count() == 5


def test_a_full_sign_in_lets_the_pin_work_again(tablet: Tablet, rosa: Staff) -> None:
    for _ in range(5):
        wrong(tablet, rosa)
    begin_shift(tablet, rosa, has_second_factor=False)
    assert actions.try_pin(tablet, rosa.pk, PIN).wrong_tries == 0
    assert Shift.objects.filter(tablet=tablet, staff=rosa, ended_at=None).count() == 1


def test_the_right_pin_forgives_the_wrong_ones_before(tablet: Tablet, rosa: Staff) -> None:
    assert wrong(tablet, rosa) == 4
    actions.try_pin(tablet, rosa.pk, PIN)
    assert wrong(tablet, rosa) == 4


def test_tries_are_counted_for_each_person(tablet: Tablet, rosa: Staff) -> None:
    other = ShiftFactory.create(tablet=tablet).staff
    assert wrong(tablet, rosa) == 4
    assert wrong(tablet, other) == 4


def test_the_pin_is_useless_where_the_person_did_not_sign_in(tablet: Tablet, rosa: Staff) -> None:
    beside, elsewhere = TabletFactory.create(site=tablet.site), TabletFactory.create()
    assert wrong(beside, rosa, PIN) == 0
    assert wrong(elsewhere, rosa, PIN) == 0
    assert actions.try_pin(tablet, rosa.pk, PIN)


def test_the_pin_is_kept_hashed_and_told_to_no_one(tablet: Tablet) -> None:
    staff = person(tablet.site, "nurse")
    actions.choose_pin(staff, PIN)
    staff.refresh_from_db()
    assert PIN not in staff.pin
    assert staff.pin.split("$")[0] == make_password("x").split("$")[0]
    told = TrailEntry.objects.get(chain=staff.pk, verb="choose_pin")
    assert PIN not in told.payload
    assert staff.pin not in told.payload


@pytest.mark.parametrize("pin", ["12345", "1234567", "12a456", "", "４０８２１５", " 40821"])
def test_other_than_six_digits_cannot_be_chosen(rosa: Staff, pin: str) -> None:
    with pytest.raises(Refused, match="pin_digits"):
        actions.choose_pin(rosa, pin)


@pytest.mark.parametrize("pin", ["111111", "123456", "987654", "000000"])
def test_digits_all_alike_or_in_a_row_cannot_be_chosen(rosa: Staff, pin: str) -> None:
    with pytest.raises(Refused, match="pin_simple"):
        actions.choose_pin(rosa, pin)


def test_after_twelve_hours_only_a_full_sign_in_lets_in(
    clock: TestClock, tablet: Tablet, rosa: Staff
) -> None:
    clock.travel_to(Shift.objects.get().began_at + shift.SHIFT_LENGTH - timedelta(seconds=1))
    assert shift.open_on(tablet)
    clock.forward(seconds=1)
    assert shift.open_on(tablet) == []
    assert wrong(tablet, rosa, PIN) == 0


def without_role(staff: Staff) -> None:
    delete(staff.memberships.get())


def deactivated(staff: Staff) -> None:
    staff.is_active = False
    save(staff)


def without_pin(staff: Staff) -> None:
    staff.pin = ""
    save(staff)


def ended(staff: Staff) -> None:
    end_shifts(Shift.objects.filter(staff=staff))


@pytest.mark.parametrize("change", [without_role, deactivated, without_pin, ended])
def test_who_may_not_come_back_is_not_among_the_names(
    tablet: Tablet, rosa: Staff, change: Callable[[Staff], None]
) -> None:
    change(rosa)
    assert shift.open_on(tablet) == []
    assert shift.open_at(tablet.site) == []
    assert wrong(tablet, rosa, PIN) == 0


def test_who_visits_in_an_emergency_is_among_the_names_until_it_ends(
    clock: TestClock, tablet: Tablet
) -> None:
    clock.travel_to(tablet.enrolled_at)
    visiting = person(tablet.site, "emergency", pin=make_password(PIN))
    ShiftFactory.create(tablet=tablet, staff=visiting)
    assert [s.staff for s in shift.open_on(tablet)] == [visiting]
    ends_at = Membership.objects.get(staff=visiting).ends_at
    assert ends_at is not None
    clock.travel_to(ends_at)
    assert shift.open_on(tablet) == []


def test_names_stand_in_the_order_of_the_alphabet(tablet: Tablet) -> None:
    for name in ("Zeller", "Abbott", "Moss"):
        staff = person(tablet.site, "nurse", last_name=name, pin=make_password(PIN))
        ShiftFactory.create(tablet=tablet, staff=staff)
    assert [s.staff.last_name for s in shift.open_on(tablet)] == ["Abbott", "Moss", "Zeller"]


@pytest.mark.django_db
def test_a_name_that_is_not_there_costs_the_same_hashing(
    tablet: Tablet, rosa: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash each: the time it takes does not tell who is on shift."""
    hashed: list[str] = []

    try_pin = import_module("clinic.actions.try_pin")

    def note(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            hashed.append(name)
            return real(*given)

        return noted

    monkeypatch.setattr(try_pin, "check_password", note("check", check_password))
    monkeypatch.setattr(try_pin, "make_password", note("make", make_password))
    wrong(tablet, rosa)
    wrong(tablet, StaffFactory.create())
    assert hashed == ["check", "make"]


def test_wrong_tries_at_the_same_moment_are_all_counted(
    race: Callable[..., list[Any]], committed_db: None
) -> None:
    tablet = TabletFactory.create()
    staff = ShiftFactory.create(tablet=tablet).staff
    outcomes = race(*[lambda: actions.try_pin(tablet, staff.pk, WRONG)] * 8)
    left = sorted(o.tries_left for o in outcomes if isinstance(o, shift.Wrong))
    assert left == [0, 0, 0, 0, 1, 2, 3, 4]
    kept = Shift.objects.get(tablet=tablet)
    assert kept.wrong_tries == 5
    assert kept.ended_at is not None


def test_a_right_guess_among_many_at_once_comes_too_late_or_within_five(
    race: Callable[..., list[Any]], committed_db: None
) -> None:
    """Hashing is done before the lock is taken: what counts is the order in which they are kept."""
    tablet = TabletFactory.create(site=SiteFactory.create())
    for _ in range(5):
        staff = ShiftFactory.create(tablet=tablet).staff
        guesses = [partial(actions.try_pin, tablet, staff.pk, p) for p in [WRONG] * 7 + [PIN]]
        outcomes = race(*guesses)
        let_in = [o for o in outcomes if isinstance(o, Shift)]
        counted = [o for o in outcomes if isinstance(o, shift.Wrong) and o.tries_left]
        kept = Shift.objects.get(tablet=tablet, staff=staff)
        assert all(isinstance(o, Shift | shift.Wrong) for o in outcomes), outcomes
        assert len(let_in) <= 1
        assert let_in or (len(counted) == 4 and kept.ended_at is not None)
