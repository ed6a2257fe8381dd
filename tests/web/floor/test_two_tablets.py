"""Two people record the same: the second is shown the first and chooses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.posted import kept, send, text_of
from tests.factories.visits import Visit, at_forty

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def visit(clock: TestClock, db: None) -> Visit:
    return at_forty(clock)


@pytest.fixture
def nurse(visit: Visit, signed_in: Signer) -> Client:
    return signed_in(visit.nurse)


def pressures(visit: Visit) -> list[int | None]:
    """What was measured after the dose."""
    taken = visit.session.reading_set.order_by("seq").values_list("systolic", flat=True)
    return list(taken)[1:]


def test_two_nurses_who_record_the_same_slot_both_keep_their_reading(
    visit: Visit, nurse: Client, signed_in: Signer
) -> None:
    other = signed_in(person(visit.site, "nurse"))
    assert send(nurse, visit, "?slot=40").status_code == 302
    answer = send(other, visit, "?slot=40", systolic="128")
    assert answer.status_code == 422
    said = f"{visit.nurse.printed_name} recorded the 40-minute reading at 10:45"
    assert said in answer.content.decode()
    assert "130/82" in text_of(answer)
    assert kept(answer, "systolic") == "128"
    assert send(other, visit, "?slot=40", systolic="128", another="on").status_code == 302
    assert pressures(visit) == [130, 128]


@pytest.mark.parametrize("answer", ["same", "mine"])
def test_the_second_nurse_discards_hers_and_nothing_is_inserted(
    visit: Visit, nurse: Client, signed_in: Signer, answer: str
) -> None:
    other, mine = signed_in(person(visit.site, "nurse")), str(uuid7())
    assert send(nurse, visit, "?slot=40").status_code == 302
    assert send(other, visit, "?slot=40", systolic="128", id=mine).status_code == 422
    gone = send(other, visit, "?slot=40", systolic="128", id=mine, discard=answer)
    assert gone.status_code == 302
    assert mine in gone.cookies.output()
    assert "nothing was recorded" in text_of(other.get(gone.headers["Location"]))
    assert pressures(visit) == [130]


@pytest.mark.parametrize("query", ["", "?repeat=made-up", "?slot=40"])
def test_whichever_form_was_open_the_second_nurse_chooses(
    visit: Visit, nurse: Client, signed_in: Signer, query: str
) -> None:
    other = signed_in(person(visit.site, "nurse"))
    seen = kept(other.get(f"/sessions/{visit.id}/reading/{query}"), "through_seq")
    assert send(nurse, visit, "?slot=40").status_code == 302
    answer = send(other, visit, query, systolic="128", through_seq=seen)
    assert answer.status_code == 422
    assert f"{visit.nurse.printed_name} recorded " in answer.content.decode()
    assert "It is the same measurement: discard mine" in text_of(answer)
    assert "130/82" in text_of(answer)
    assert kept(answer, "through_seq") == seen
    both = send(other, visit, query, systolic="128", through_seq=seen, another="on")
    assert both.status_code == 302
    # Who opens the form now is shown the two beside its fields, and is not asked.
    seen = kept(other.get(f"/sessions/{visit.id}/reading/"), "through_seq")
    assert send(other, visit, "", systolic="129", through_seq=seen).status_code == 302
    assert pressures(visit) == [130, 128, 129]
