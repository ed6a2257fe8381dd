"""What the pages of monitoring forms ask of the database, pinned, however many there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import discharged

pytestmark = pytest.mark.django_db


def count(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def test_the_list_asks_as_often_for_many_as_for_one(
    clock: TestClock, signed_in: Callable[..., Client]
) -> None:
    """Open forms, forms of a week whose setting may have changed, and changed ones."""
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    few = count(lambda: administrator.get("/forms/"))
    for _ in range(3):
        other = discharged(clock, site=visit.site)
        other.file_form()
        other.amend_patient(sex="male")
    assert len(administrator.get("/forms/").context["rows"]) == 4
    assert count(lambda: administrator.get("/forms/")) == few == 6


@pytest.mark.parametrize(
    ("page", "times"),
    [("form/", 6), ("form/print/", 6), ("form/answers/", 7), ("form/filed/", 8)],
)
def test_a_form_asks_no_more_with_more_rows(
    clock: TestClock, signed_in: Callable[..., Client], page: str, times: int
) -> None:
    """The whole record of the session, and who may be named."""
    visit = discharged(clock)
    clinician = signed_in(visit.clinician)
    path = f"/sessions/{visit.id}/{page}"
    few = count(lambda: clinician.get(path))
    for _ in range(3):
        visit.read()
        visit.answer_form()
        visit.file_form()
    assert count(lambda: clinician.get(path)) == few == times
