"""The pages of handing over: offered, accepted with one tap, and the prescriber who leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.ids import uuid7
from tests.actions.handovers import offer
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_the_one_who_is_named_accepts_on_the_board(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    second = person(visit.site, "nurse")
    handover = offer(visit, second)
    board = signed_in(second).get("/")
    assert board.context["cards"][0].offer.id == handover.pk
    assert signed_in(visit.nurse).get("/").context["cards"][0].offer is None
    taker, address = signed_in(second), f"/sessions/{visit.id}/watch/{handover.pk}/accept/"
    for _tap in range(2):
        answer = taker.post(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/sessions/{visit.id}/")
    assert visit.session.observer == second
    assert visit.session.event_set.filter(kind="acceptance").count() == 1


@pytest.mark.parametrize(("limit", "is_told"), [(1, True), (2, False)])
def test_who_would_watch_too_many_is_told_before_accepting(
    clock: TestClock, signed_in: Signer, limit: int, is_told: bool
) -> None:
    """On the board and on the page of the session; once accepted the board tells everyone."""
    site = SiteFactory.create(watch_limit=limit)
    own = dosed(clock, site=site)
    other = dosed(clock, site=site, version=own.version)
    handover = offer(other, own.nurse)
    nurse = signed_in(own.nurse)
    for page in ("/", f"/sessions/{other.id}/"):
        assert ("With this patient you watch 2" in nurse.get(page).content.decode()) is is_told
    nurse.post(f"/sessions/{other.id}/watch/{handover.pk}/accept/")
    assert len(nurse.get("/").context["loads"]) == is_told


def test_another_finds_nothing_to_accept(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    handover = offer(visit, person(visit.site, "nurse"))
    other = signed_in(visit.clinician)
    assert other.post(f"/sessions/{visit.id}/watch/{handover.pk}/accept/").status_code == 404


def test_the_session_tells_who_was_the_prescriber_on_site_from_when_to_when(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    second = person(visit.site, "clinician")
    nurse = signed_in(visit.nurse)
    clock.forward(minutes=10)
    body = {"id": str(uuid7()), "to": str(second.pk), "at": ""}
    assert nurse.post(f"/sessions/{visit.id}/prescriber/", body).status_code == 302
    for page in ("", "report/"):
        shown = nurse.get(f"/sessions/{visit.id}/{page}").context["prescribers"]
        assert shown.startswith(f"{visit.clinician.printed_name} ")
        assert f"{second.printed_name} from" in shown
