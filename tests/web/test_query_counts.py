"""What each page asks of the database, pinned, whatever the number of rows.

The rows of sessions come in one query, whatever their number and that of their nouns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.ids import uuid7
from clinic.models import Site
from monitoring.web.review import paper
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.factories.people import (
    ProposalFactory,
    ShiftFactory,
    SiteFactory,
    TabletFactory,
    on_tablet,
    person,
    visitor,
)
from tests.factories.posted import READING
from tests.factories.protocols import change_protocol
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, discharged, dosed, observed, planned, predosed, signed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def count(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def count_again(call: Callable[[], Any]) -> int:
    """Of a page that showed the same patients before: their list is kept already."""
    call()
    return count(call)


def floor(clock: TestClock, site: Site, sessions: int) -> list[Visit]:
    start = clock.now()
    visits = []
    for index in range(sessions):
        clock.travel_to(start)
        build = (planned, dosed, observed)[index % 3]
        visits.append(build(clock, site=site, patient=PatientFactory.create(site=site)))
    return visits


def test_the_board_asks_six_times_and_keeps_who_read_it_however_many_are_open(
    clock: TestClock, signed_in: Signer
) -> None:
    """One of them for all that stands above the cards: calls, visits, what waits to be
    confirmed."""
    site = SiteFactory.create()
    floor(clock, site, 6)
    nurse = signed_in(person(site, "nurse"))
    few = count_again(lambda: nurse.get("/"))
    floor(clock, site, 24)
    answer: list[Any] = []
    first = count(lambda: answer.append(nurse.get("/")))
    many = count(lambda: nurse.get("/"))
    assert first == many + 6, "its list is new, and so are rows and protocols of its cards"
    assert len(answer[0].context["cards"]) == 30
    assert few == many == 6  # one of them for silent tablets
    # One of them: whether the cards were shown to the same person just now; one: what was recorded.
    assert count(lambda: nurse.get("/", headers={"HX-Request": "true"})) == 5


@pytest.mark.parametrize("sessions", [3, 30])
def test_a_page_without_news_asks_once_beyond_who_asks(
    clock: TestClock, signed_in: Signer, sessions: int
) -> None:
    """For what was recorded, with the tablets of the site, some of which may be silent."""
    site = SiteFactory.create()
    visit = floor(clock, site, sessions)[-1]
    nurse = signed_in(person(site, "nurse"))
    asks = count(lambda: nurse.get("/nothing-here/"))
    for path in ("/", f"/sessions/{visit.id}/"):
        opened = nurse.get(path).context["version"]
        poll = partial(nurse.get, path, headers={"HX-Request": "true"})
        named = poll({"version": opened})
        assert named.status_code == 204
        version = named["X-Version"]
        assert count(lambda: poll({"version": version})) == asks + 1 == 3  # noqa: B023


@pytest.mark.parametrize(("path", "times"), [("", 4), ("change/", 3)])
def test_a_protocol_asks_as_often_with_one_version_as_with_many(
    clock: TestClock, signed_in: Signer, path: str, times: int
) -> None:
    visit = planned(clock)
    clinician = signed_in(visit.clinician)

    def ask() -> int:
        version = change_protocol(visit.site, visit.clinician)
        return count(lambda: clinician.get(f"/protocols/{version.pk}/{path}"))

    assert [ask() for _ in range(5)] == [times] * 5


@pytest.mark.parametrize(
    ("build", "times"), [(planned, 9), (dosed, 8), (observed, 8), (signed, 8), (discharged, 8)]
)
def test_a_session_page_asks_eight_times_and_keeps_who_read_it(
    clock: TestClock, signed_in: Signer, build: Callable[..., Visit], times: int
) -> None:
    """One for the session, one for all of its rows, one for the people whom they name, one for
    silent tablets, and one for another patient who is taken for this one: whose page it is must be
    told on each. Until the first dose one more for the patient's earlier sessions, which ask for a
    clinician's reason."""
    visit = build(clock)
    nurse = signed_in(visit.nurse)
    assert count(lambda: nurse.get(f"/sessions/{visit.id}/")) == times


@pytest.mark.parametrize("build", [observed, signed])
def test_a_session_page_that_asks_again_asks_once_whether_it_was_just_read(
    clock: TestClock, signed_in: Signer, build: Callable[..., Visit]
) -> None:
    """One of them: what was recorded, with silent tablets."""
    visit = build(clock)
    nurse = signed_in(visit.nurse)
    nurse.get(f"/sessions/{visit.id}/")
    assert count(lambda: nurse.get(f"/sessions/{visit.id}/", headers={"HX-Request": "1"})) == 7


@pytest.mark.parametrize(
    ("page", "times"),
    [("report/", 7), ("report.pdf", 7), ("clearance/", 10), ("event/", 7)],
)
def test_a_page_with_the_whole_record_asks_no_more_with_more_rows(
    clock: TestClock, signed_in: Signer, page: str, times: int
) -> None:
    """Clearance asks once more whether someone renewed the signer's sign-in, and once for silent
    tablets. Each loads the order: the dose rests on it, the report tells it, and a signature covers
    it."""
    visit = observed(clock)
    clinician = signed_in(visit.clinician)
    path = f"/sessions/{visit.id}/{page}"
    with patch.object(paper, "pdf", lambda html, _sheet: html.encode()):
        few = count(lambda: clinician.get(path))
        for _ in range(8):
            clock.forward(minutes=1)
            visit.read()
            visit.event()
        assert count(lambda: clinician.get(path)) == few == times


def test_a_signature_as_a_pdf_asks_as_often_as_its_page_however_much_came_later(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    page = f"/sessions/{visit.id}/clearances/{visit.session.clearance_set.get().pk}/"
    with patch.object(paper, "pdf", lambda html, _sheet: html.encode()):
        few = count(lambda: administrator.get(f"{page}report.pdf"))
        for _ in range(6):
            visit.read()
            visit.amend()
            clock.forward(minutes=1)
        assert count(lambda: administrator.get(f"{page}report.pdf")) == few == 10


@pytest.mark.parametrize(("page", "times"), [("minutes/", 9), ("contact/", 10)])
def test_the_pages_of_the_minutes_ask_no_more_with_more_contacts(
    clock: TestClock, signed_in: Signer, page: str, times: int
) -> None:
    """Beyond the whole record the contacts, and what else the same people recorded meanwhile."""
    visit = observed(clock)
    clinician, path = signed_in(visit.clinician), f"/sessions/{visit.id}/{page}"
    visit.contact(5)
    few = count(lambda: clinician.get(path))
    for _ in range(4):
        clock.forward(minutes=6)
        visit.contact(5)
        visit.contact(5, by=visit.clinician)
    assert count(lambda: clinician.get(path)) == few == times


def test_the_pages_of_the_trail_ask_no_more_with_more_rows(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    clearance = visit.session.clearance_set.get()
    pages = {
        f"/sessions/{visit.id}/clearances/{clearance.pk}/": 10,  # one for a renewed sign-in
        # SQLite is asked for the form of the rows as well, in one query; PostgreSQL has types.
        f"/sessions/{visit.id}/verification/": 31 if USES_POSTGRESQL else 32,
        # Lists are folded: read, their people, and the records of what is no list.
        "/access/": 7,
        # Whom it is about, who is named, tablets, people to choose from, and what was corrected.
        "/trail/": 12,
    }
    few = {path: count(partial(administrator.get, path)) for path in pages}
    for _ in range(6):
        visit.read()
        visit.amend()
        clock.forward(minutes=1)
        administrator.get(f"/sessions/{visit.id}/")
    many = {path: count(partial(administrator.get, path)) for path in pages}
    assert few == many == pages


def test_an_enrolled_tablet_costs_each_page_one_query(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock)
    office, tablet = signed_in(visit.nurse), TabletFactory.create(site=visit.site)
    shared = on_tablet(tablet, visit.nurse)
    for path in ("/", f"/sessions/{visit.id}/", "/patients/", f"/sessions/{visit.id}/event/"):
        shared.get(path)  # keeps what is on its screen from now on
        assert count(partial(shared.get, path)) == count(partial(office.get, path)) + 1


def test_the_lock_asks_four_times_however_many_are_on_the_floor(clock: TestClock) -> None:
    site = SiteFactory.create()
    tablet = TabletFactory.create(site=site)
    locked = on_tablet(tablet)
    for added in (3, 6):
        floor(clock, site, added)
        ShiftFactory.create(tablet=tablet)
        # Keeps that the tablet was seen, every minute.
        locked.get("/lock/")
        assert count(lambda: locked.get("/lock/")) == 4
        assert count(lambda: locked.get("/lock/", headers={"HX-Request": "1"})) == 3


def test_the_review_list_asks_seven_times_however_many_wait(
    clock: TestClock, signed_in: Signer
) -> None:
    """One of them for doses that were corrected after the patient had left."""
    visit = discharged(clock)
    clinician = signed_in(visit.clinician)
    visit.read()
    few = count(lambda: clinician.get("/reviews/"))
    for _ in range(5):
        visit.read()
    assert count(lambda: clinician.get("/reviews/")) == few == 7


def test_a_session_page_asks_no_more_with_more_rows(clock: TestClock, signed_in: Signer) -> None:
    visit = observed(clock, through=40)
    nurse = signed_in(visit.nurse)
    few = count(lambda: nurse.get(f"/sessions/{visit.id}/"))
    for _ in range(10):
        clock.forward(minutes=1)
        visit.read()
        visit.event()
    assert count(lambda: nurse.get(f"/sessions/{visit.id}/")) == few


@pytest.mark.parametrize(("build", "times"), [(dosed, 10), (observed, 10), (signed, 12)])
def test_saving_a_reading_asks_ten_times_and_twice_more_for_a_standing_signature(
    clock: TestClock, signed_in: Signer, build: Callable[..., Visit], times: int
) -> None:
    visit = build(clock)
    nurse = signed_in(visit.nurse)
    clock.forward(minutes=3)
    body = READING | {"id": str(uuid7())}
    answer: list[Any] = []
    asked = count(lambda: answer.append(nurse.post(f"/sessions/{visit.id}/reading/", body)))
    assert answer[0].status_code == 302
    assert asked == times


def test_the_register_asks_at_most_thirteen_times_however_many_sessions(
    clock: TestClock, signed_in: Signer
) -> None:
    """Two of them for an administrator's start: what the site still needs, and what waits to be
    confirmed; one for the views that the person saved."""
    site = SiteFactory.create()
    floor(clock, site, 3)
    administrator = signed_in(person(site, "administrator"))
    few = count_again(lambda: administrator.get("/sessions/"))
    floor(clock, site, 9)
    many = count_again(lambda: administrator.get("/sessions/?phase=observing"))
    assert few <= 13  # Two for the monitoring forms that wait.
    assert many <= 13
    assert count_again(lambda: administrator.get("/sessions/")) == few


def test_the_board_asks_once_more_while_someone_visits_however_many(
    clock: TestClock, signed_in: Signer
) -> None:
    """Two more for a clinician, who is told of monitoring forms: late entries and visits to
    review are counted with all else. A poll never asks."""
    site = SiteFactory.create()
    floor(clock, site, 3)
    nurse, clinician = (signed_in(person(site, role)) for role in ("nurse", "clinician"))
    for one in (nurse, clinician):
        one.get("/")
    for visitors in (1, 4):
        for _ in range(visitors):
            visitor(site)
        assert count_again(lambda: nurse.get("/")) == 7
        assert count(lambda: clinician.get("/")) == 9
    # One of them: whether the cards were shown to the same person just now; one: what was recorded.
    assert count(lambda: nurse.get("/", headers={"HX-Request": "true"})) == 5


def test_the_pages_about_people_ask_no_more_with_more_rows(signed_in: Signer) -> None:
    """Both ask what waits to be confirmed; the list, too, for visits that are over, and a
    person's page for whether that person signs here."""
    site = SiteFactory.create()
    administrator = signed_in(person(site, "administrator"))
    nurse = person(site, "nurse")
    pages = {"/staff/": 11, "/staff/sign-ins/": 5, f"/staff/{nurse.pk}/": 9}
    few = {path: count(partial(administrator.get, path)) for path in pages}
    for _ in range(6):
        signed_in(person(site, "nurse"))
        visitor(site)
        ProposalFactory.create(site=site)
        signed_in(nurse)
        TabletFactory.create(site=site)
    many = {path: count(partial(administrator.get, path)) for path in pages}
    assert few == many == pages


@pytest.mark.parametrize(
    ("path", "times"), [("sessions.csv", 7), ("sessions.xlsx", 7), ("readings.csv", 8)]
)
def test_an_export_asks_as_often_with_one_session_as_with_many(
    clock: TestClock, signed_in: Signer, path: str, times: int
) -> None:
    """Who asks, whom it shows, that this is kept, the names of staff, and the rows; PostgreSQL is
    told the time zone of the site's readings, and then its own again."""
    if USES_POSTGRESQL and path == "readings.csv":
        times += 1
    site = SiteFactory.create()
    auditor = signed_in(person(site, "auditor"))

    def export() -> int:
        return count_again(lambda: auditor.get(f"/{path}").getvalue())

    floor(clock, site, 1)
    few = export()
    floor(clock, site, 9)
    assert few == export() == times


def test_the_page_for_emergency_access_asks_four_times(signed_in: Signer) -> None:
    clinician = signed_in(person(SiteFactory.create(), "clinician"))
    few = count(lambda: clinician.get("/emergency/"))
    for _ in range(5):
        SiteFactory.create()
    assert count(lambda: clinician.get("/emergency/")) == few == 4


def test_the_board_asks_for_those_before_the_dose_each_time_and_the_lock_does_not(
    clock: TestClock, signed_in: Signer
) -> None:
    """For the order, the answers on arrival, a clinician's decisions and the patients' earlier
    sessions: without them the card would name another next step than the page of the session."""
    site = SiteFactory.create()
    nurse = signed_in(person(site, "nurse"))
    tablet = TabletFactory.create(site=site)
    ShiftFactory.create(tablet=tablet)
    locked = on_tablet(tablet)
    locked.get("/lock/")
    for many in (1, 5):
        for _ in range(many):
            predosed(clock, site=site, patient=PatientFactory.create(site=site))
            signed(clock, site=site, patient=PatientFactory.create(site=site))
        assert count_again(lambda: nurse.get("/")) == 8
        locked.get("/lock/")  # keeps that the tablet was seen, every five minutes
        assert count(lambda: locked.get("/lock/", headers={"HX-Request": "1"})) == 3


def test_the_downtime_sheet_asks_no_more_with_more_sessions(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    nurse = signed_in(person(site, "nurse"))
    counts = []
    for sessions in (6, 12):
        floor(clock, site, sessions)
        nurse.get("/downtime/")
        counts.append(count(lambda: nurse.get("/downtime/")))
    assert counts[0] == counts[1]
