"""A tablet that may hold more of a session than is recorded is named on the session, on the board
and to who signs; nothing is held up by it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from clinic import tablets
from clinic.models import Tablet, TrailEntry
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.people import TabletFactory, on_tablet
from tests.factories.visits import Visit, dosed, ready_to_sign, signed
from tests.web.watcher import POLL, Watcher

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return dosed(clock)


@pytest.fixture
def tablet(visit: Visit) -> Tablet:
    return TabletFactory.create(site=visit.site, name="Room 2")


def names(visit: Visit, now_in: timedelta = timedelta()) -> list[tuple[str, bool, int]]:
    now = visit.clock.now() + now_in
    found = tablets.absent(tablets.in_use(visit.site), now).get(visit.id, [])
    return [(one.name, one.is_heard, one.count) for one in found]


def test_one_that_shows_a_session_is_missed_after_three_minutes(
    visit: Visit, tablet: Tablet
) -> None:
    on_tablet(tablet, visit.nurse).get(f"/sessions/{visit.id}/reading/")
    almost = tablets.UNHEARD_AFTER - timedelta(seconds=1)
    assert timedelta(minutes=3) == tablets.UNHEARD_AFTER
    assert names(visit, almost) == []
    assert names(visit, tablets.UNHEARD_AFTER) == [("Room 2", False, 0)]


def test_one_that_shows_something_else_is_not_missed(
    visit: Visit, tablet: Tablet, clock: TestClock
) -> None:
    client = on_tablet(tablet, visit.nurse)
    client.get(f"/sessions/{visit.id}/")
    client.get("/", headers=POLL)
    client.get(f"/sessions/{uuid4()}/")
    client.get("/sw.js")
    assert Tablet.objects.get().on_screen == visit.id
    client.get("/")
    clock.forward(minutes=30)
    assert names(visit) == []


def test_one_that_asks_for_news_is_heard_of(visit: Visit, tablet: Tablet, clock: TestClock) -> None:
    client = on_tablet(tablet, visit.nurse)
    client.get(f"/sessions/{visit.id}/")
    before = TrailEntry.objects.count()
    for _ in range(8):
        clock.forward(seconds=50)
        client.get(f"/sessions/{visit.id}/", headers=POLL)
        assert names(visit) == []
    assert TrailEntry.objects.count() == before
    assert [p for p in verify().problems if "tablet" in p.words.lower()] == []


def test_what_it_holds_is_told_by_itself_from_the_lock_too(
    visit: Visit, tablet: Tablet, clock: TestClock
) -> None:
    made = int(clock.now().timestamp())
    told = f"{visit.id}={made + 60},{visit.id}={made},nonsense,{visit.id}=x,{uuid4()}"
    locked = on_tablet(tablet)
    locked.get("/lock/", headers=POLL | {tablets.UNSENT: told})
    (found,) = tablets.absent(tablets.in_use(visit.site), clock.now())[visit.id]
    assert (found.count, found.is_heard) == (2, True)
    assert found.since == clock.now().replace(microsecond=0)
    clock.forward(minutes=3)
    assert names(visit) == [("Room 2", False, 2)]
    locked.get("/lock/", headers=POLL)
    assert names(visit) == [("Room 2", True, 2)]
    locked.get("/lock/", headers=POLL | {tablets.UNSENT: ""})
    assert names(visit) == []


def test_a_browser_that_is_no_tablet_tells_nothing(visit: Visit, tablet: Tablet) -> None:
    client = Client()
    client.force_login(visit.nurse)
    client.get("/", headers={tablets.UNSENT: f"{visit.id}=1700000000"})
    assert Tablet.objects.get().unsent == []


def test_one_that_was_revoked_or_is_of_another_site_is_not_told(visit: Visit) -> None:
    elsewhere = TabletFactory.create()
    Tablet.objects.filter(pk=elsewhere.pk).update(on_screen=visit.id)
    assert names(visit, timedelta(hours=1)) == []


@pytest.mark.parametrize("where", ["board", "session"])
def test_a_page_that_is_open_is_told_and_told_when_it_is_back(
    visit: Visit, tablet: Tablet, clock: TestClock, where: str
) -> None:
    client = Client()
    client.force_login(visit.clinician)
    page = Watcher(client, "/" if where == "board" else f"/sessions/{visit.id}/")
    absent = on_tablet(tablet, visit.nurse)
    absent.get(f"/sessions/{visit.id}/")
    page.ask()
    assert not page.has_news()
    clock.forward(minutes=3)
    words = b"Tablet Room 2: not heard" if where == "board" else b"Tablet Room 2 shows this session"
    assert words in page.ask().content
    assert not page.has_news()
    absent.get(f"/sessions/{visit.id}/", headers=POLL)
    assert words not in page.ask().content


def test_who_signs_is_told_and_can_sign(clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    tablet = TabletFactory.create(site=visit.site, name="Room 2")
    on_tablet(tablet, visit.nurse).get(f"/sessions/{visit.id}/")
    clock.forward(minutes=4)
    client = Client()
    client.force_login(visit.clinician)
    page = client.get(f"/sessions/{visit.id}/clearance/")
    assert "Tablet Room 2 shows this session and has not been heard of" in page.content.decode()
    assert page.context["can_sign"]
    visit.sign()
    assert visit.session.phase == "cleared"


def test_of_a_session_that_is_over_nothing_is_told(clock: TestClock) -> None:
    visit = signed(clock)
    tablet = TabletFactory.create(site=visit.site)
    client = on_tablet(tablet, visit.nurse)
    client.get(f"/sessions/{visit.id}/")
    visit.leave()
    clock.forward(minutes=30)
    reader = Client()
    reader.force_login(visit.nurse)
    assert reader.get(f"/sessions/{visit.id}/").context["absent"] == []
