"""Who was there from when to when: from the answers on arrival and the handovers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from monitoring.rules.people import Span, is_over, observers, offered, prescribers
from tests.rules.samples import admission, arrived, at, departure, event

ROSA, THOMAS, MEI, JULIA = (uuid4() for _ in range(4))
BEGUN = admission(by=ROSA, prescriber_id=MEI)


def test_both_begin_with_the_answers_on_arrival() -> None:
    facts = arrived(admissions=(BEGUN,))
    assert observers(facts) == [Span(ROSA, BEGUN.at)]
    assert prescribers(facts) == [Span(MEI, BEGUN.at)]


def test_who_asks_again_does_not_watch_and_may_name_another_prescriber() -> None:
    again = admission(seq=5, at=at(-20), by=THOMAS, prescriber_id=JULIA)
    facts = arrived(admissions=(BEGUN, again))
    assert [s.person for s in observers(facts)] == [ROSA]
    assert prescribers(facts) == [Span(MEI, BEGUN.at, at(-20)), Span(JULIA, at(-20))]


def test_an_offer_changes_nothing_until_it_is_accepted_and_departure_ends_the_last() -> None:
    handed = event(5, "handover", by=ROSA, hands_over="observer", handed_to=THOMAS)
    facts = arrived(admissions=(BEGUN,), events=(handed,))
    assert [s.person for s in observers(facts)] == [ROSA]
    assert offered(facts) == handed
    accepted = event(8, "acceptance", by=THOMAS, accepts=handed.id)
    facts = arrived(admissions=(BEGUN,), events=(handed, accepted), departure=departure(130))
    assert observers(facts) == [Span(ROSA, BEGUN.at, at(8)), Span(THOMAS, at(8), at(130))]
    assert offered(facts) is None


def test_who_takes_over_himself_watches_from_then_on() -> None:
    taken = event(5, "handover", by=THOMAS, hands_over="observer", handed_to=THOMAS)
    facts = arrived(admissions=(BEGUN,), events=(taken,))
    assert [s.person for s in observers(facts)] == [ROSA, THOMAS]
    assert offered(facts) is None


@pytest.mark.parametrize(("watches", "told"), [(None, False), ((2, 2), False), ((3, 2), True)])
def test_the_sites_number_itself_is_no_warning(watches: tuple[int, int] | None, told: bool) -> None:
    assert is_over(watches) is told
