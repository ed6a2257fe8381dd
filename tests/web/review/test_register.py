"""The register of sessions: filters, order and pages, all in the address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from clinic.models import Site
from monitoring.actions import cancel_session
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.record import SiteProtocolFactory
from tests.factories.visits import discharged, infused, observed, planned
from tests.web.review.conftest import made, shown

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_sessions_of_the_site_stand_newest_first(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    older = made(clock, site)
    clock.forward(minutes=60)
    newer = made(clock, site)
    planned(clock)

    assert shown(administrator) == [newer.id, older.id]


def test_a_day_is_the_sites_day(clock: TestClock, site: Site, administrator: Client) -> None:
    clock.travel_to(datetime(2026, 3, 11, 3, 30, tzinfo=UTC))
    late_on_the_tenth = made(clock, site)
    clock.forward(minutes=60)
    early_on_the_eleventh = made(clock, site)

    assert shown(administrator, since="2026-03-11") == [early_on_the_eleventh.id]
    assert shown(administrator, until="2026-03-10") == [late_on_the_tenth.id]
    assert shown(administrator, since="2026-03-10", until="2026-03-10") == [late_on_the_tenth.id]


def test_sessions_are_found_by_prescriber(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    mine, theirs = made(clock, site, observed), made(clock, site, observed)

    assert shown(administrator, prescriber=str(mine.clinician.pk)) == [mine.id]
    assert theirs.id not in shown(administrator, prescriber=str(mine.clinician.pk))


def test_prescribers_are_named_and_only_the_sites_own(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    person(site, "clinician", first_name="Mei", last_name="Chen", credentials="MD")
    person(SiteFactory.create(), "clinician", first_name="Not", last_name="Here")
    page = administrator.get("/sessions/").content.decode()

    assert "Mei Chen, MD" in page
    assert "Not Here" not in page


def test_sessions_are_found_by_protocol(
    clock: TestClock, site: Site, administrator: Client, signed_in: Signer
) -> None:
    made(clock, site)
    infusion = infused(clock)
    SiteProtocolFactory.create(site=site, version=infusion.version)
    client = signed_in(person(infusion.site, "administrator"))

    assert shown(client, product=KETAMINE_IV.key) == [infusion.id]
    assert shown(administrator, product=KETAMINE_IV.key) == []


def test_sessions_are_found_by_how_they_ended(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    left = made(clock, site, observed)
    left.leave("against_advice")
    well = made(clock, site, discharged)
    still = made(clock, site, observed)
    coming = made(clock, site)
    off = made(clock, site)
    cancel_session(off.id, off.nurse, reason="Ill")

    assert shown(administrator, outcome="against_advice") == [left.id]
    assert shown(administrator, outcome="discharged") == [well.id]
    assert shown(administrator, outcome="open") == [still.id]
    assert shown(administrator, outcome="planned") == [coming.id]
    assert shown(administrator, outcome="cancelled") == [off.id]


def test_sessions_are_found_by_deviation_and_by_signature(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    well = made(clock, site, discharged)
    late = made(clock, site, observed)
    late.leave("transferred")
    made(clock, site)

    assert shown(administrator, deviations="yes") == [late.id]
    assert well.id in shown(administrator, deviations="no")
    assert shown(administrator, signature="no") == [late.id]
    assert shown(administrator, signature="yes") == [well.id]


def test_the_order_is_chosen_in_the_address(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    calm = made(clock, site, observed, family_name="Adams")
    high = made(clock, site, observed, family_name="Zhou")
    clock.forward(minutes=1)
    high.read(None, systolic=170, diastolic=95)
    unplanned = made(clock, site, family_name="Moore")

    assert shown(administrator, sort="-peak") == [high.id, calm.id, unplanned.id]
    assert shown(administrator, sort="patient") == [calm.id, unplanned.id, high.id]
    assert shown(administrator, sort="planned_for")[0] == calm.id


@pytest.mark.parametrize(
    "query", [{"after": "x", "size": "9"}, {"before": "-1"}, {"filter": "of no name"}]
)
def test_an_address_that_makes_no_sense_still_shows_the_register(
    clock: TestClock, site: Site, administrator: Client, query: dict[str, str]
) -> None:
    visit = made(clock, site)

    assert shown(administrator, **query) == [visit.id]


def test_pages_hold_25_50_or_100_rows_and_keep_the_filter(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    for _ in range(26):
        made(clock, site)
    first = administrator.get("/sessions/", {"outcome": "planned"})
    page = first.content.decode()

    assert len(first.context["sessions"]) == 25
    assert f"outcome=planned&amp;after={first.context['sessions'][-1].pk}" in page
    assert "outcome=planned&amp;size=50" in page
    assert "26 sessions, as of 10-Mar-2026 10:00" in page
    assert len(shown(administrator, outcome="planned", size="50")) == 26
    after = str(first.context["sessions"][-1].pk)
    assert len(shown(administrator, outcome="planned", after=after)) == 1


def test_a_row_names_what_a_reviewer_looks_for_and_opens_the_report(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    visit = made(clock, site, discharged, family_name="Smith", given_name="Jane")
    page = administrator.get("/sessions/").content.decode()

    assert f'href="/sessions/{visit.id}/report/"' in page
    for words in (
        "SMITH, Jane",
        visit.patient.mrn,
        "56 mg",
        "<td>122</td>",
        "<td>78</td>",
        "Discharged",
    ):
        assert words in page
    assert visit.clinician.printed_name in page


def test_an_empty_register_says_why(clock: TestClock, site: Site, administrator: Client) -> None:
    assert "No session has been planned" in administrator.get("/sessions/").content.decode()
    made(clock, site)
    page = administrator.get("/sessions/", {"outcome": "transferred"}).content.decode()
    assert "No session matches these filters" in page


@pytest.mark.parametrize(("role", "status"), [("nurse", 403), ("clinician", 403), ("auditor", 200)])
def test_the_register_is_for_those_who_review(
    site: Site, signed_in: Signer, role: str, status: int
) -> None:
    assert signed_in(person(site, role)).get("/sessions/").status_code == status


def test_protocols_of_other_sites_are_not_offered(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    made(clock, site)
    planned(clock, protocol=KETAMINE_IV, planned_mg=36)
    page = administrator.get("/sessions/").content.decode()
    assert SPRAVATO_US.title in page
    assert KETAMINE_IV.title not in page


def test_names_are_escaped(clock: TestClock, site: Site, administrator: Client) -> None:
    made(clock, site, family_name="<script>alert(1)</script>")

    assert "<script>alert" not in administrator.get("/sessions/").content.decode().lower()


def test_deviations_sort_by_their_number(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    none = made(clock, site, observed)
    clock.forward(minutes=1)
    some = made(clock, site, observed)
    clock.forward(minutes=20)
    some.read(None, taken_at=clock.now() - timedelta(minutes=15), late_reason="Busy")
    some.leave("against_advice")
    clock.travel_to(clock.now() + timedelta(days=1))
    last = made(clock, site)

    assert shown(administrator, sort="-deviations")[0] == some.id
    assert set(shown(administrator)) == {none.id, some.id, last.id}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "2026-11-31"}, "since"),
        ({"until": "soon"}, "until"),
        ({"since": "2026-03-11", "until": "2026-03-10"}, "until"),
        ({"prescriber": "nonsense"}, "prescriber"),
        ({"product": "nonsense"}, "product"),
        ({"outcome": "nonsense"}, "outcome"),
        ({"deviations": "maybe"}, "deviations"),
        ({"signature": "maybe"}, "signature"),
        ({"sort": "nonsense"}, "sort"),
    ],
)
def test_while_a_filter_is_wrong_no_session_is_shown(
    clock: TestClock, site: Site, administrator: Client, asked: dict[str, str], field: str
) -> None:
    made(clock, site)
    assert len(shown(administrator, since="2026-03-10", until="2026-03-10")) == 1
    answer = administrator.get("/sessions/", asked)
    page = answer.content.decode()
    assert set(answer.context["filter"].form.errors) == {field}
    assert list(answer.context["sessions"]) == []
    assert "Nothing is shown while a filter is wrong." in page
    assert "0 sessions" not in page


def test_the_print_says_how_it_was_filtered(
    clock: TestClock, site: Site, administrator: Client
) -> None:
    visit = made(clock, site, observed)
    asked = {
        "since": "2026-03-01",
        "prescriber": str(visit.clinician.pk),
        "deviations": "no",
        "product": "",
    }
    page = administrator.get("/sessions/", asked).content.decode()
    words = f"From: 01-Mar-2026; Prescriber: {visit.clinician.printed_name}; Deviations: Without."
    assert f"Filtered by {words}" in " ".join(page.split())
    assert "Filtered by" not in administrator.get("/sessions/").content.decode()
