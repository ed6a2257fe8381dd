"""The page of the overview."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import escape, unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic.models import Site
from monitoring.models import AccessEntry
from monitoring.reports.overview_lines import LINES, MINUTES
from monitoring.rules.form_due import LEFT
from monitoring.web.review.overview import BY
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import discharged, dosed, planned
from tests.reports.simulated import simulated

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_a_tap_on_a_figure_opens_as_many_sessions_in_the_register_as_it_says(
    clock: TestClock, signed_in: Signer
) -> None:
    """In the period that is shown alone: the year before has the same again."""
    now = clock.now()
    clock.travel_to(now - timedelta(days=365))
    site = simulated(clock, 1, sessions=3)
    clock.travel_to(now)
    since = now.astimezone(site.tz).date()
    simulated(clock, 1, site=site)
    _forms(clock, site)
    administrator = signed_in(person(site, "administrator"))
    page = administrator.get(f"/overview/?since={since}")
    shown = " ".join(page.content.decode().split())
    figures = re.findall(r'<a[^>]*href="(/sessions/\?([^"]*?(\w+)))">(.*?)</a>', shown)
    told = {}
    for href, query, code, words in figures:
        is_sum = code in LINES and LINES[code].column
        number = re.findall(r"\d+", words)[-1 if is_sum else 0]
        register = administrator.get(unescape(href))
        assert register.context["filter"].form.errors == {}
        assert register.context["count"] == int(number), (query, words)
        told[code] = int(number)
    assert set(told) == {*LINES, *MINUTES, "open", "waiting", "overdue", *LEFT, "filed_late"}
    assert [
        code for code in ("open", "waiting", "overdue", *LEFT, "filed_late") if not told[code]
    ] == []


def _forms(clock: TestClock, site: Site) -> None:
    """One that was filed in time, one late, and some to be filed sooner or later."""
    in_time, late = discharged(clock, site=site), discharged(clock, site=site)
    in_time.file_form()
    clock.forward(minutes=60 * 24 * 9)
    late.file_form()
    for _ in range(3):
        discharged(clock, site=site)
        clock.forward(minutes=60 * 24 * 2)


def test_each_part_opens_the_overview_of_itself(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    clock.forward(minutes=60 * 24 * 40)
    for _ in range(2):
        discharged(clock, site=visit.site)
    administrator = signed_in(person(visit.site, "administrator"))
    for by in BY:
        page = administrator.get(f"/overview/?since=2026-03-02&by={by}")
        parts = [*page.context["months"], *page.context["compared"]]
        assert [p.part.sessions for p in parts[:2]] == [1, 2]
        for part in parts:
            if by == "site" and not part.address:
                continue
            assert part.name
            own = administrator.get(part.address)
            assert own.context["overview"].sessions == part.part.sessions, part.name
            assert f'href="{escape(part.address)}"' in page.content.decode()


def test_it_says_what_is_left_out_and_what_goes_on(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    dosed(clock, site=visit.site)
    page = signed_in(person(visit.site, "auditor")).get("/overview/?by=prescriber")
    shown = " ".join(page.content.decode().split())
    assert "1 session goes on now" in shown
    assert "Sessions without a dose" in shown
    assert visit.clinician.printed_name in shown
    assert shown.count("<svg") == 2
    assert "2 due in five to seven days" in shown
    clock.forward(minutes=60 * 24 * 8)
    later = signed_in(person(visit.site, "auditor")).get("/overview/").content.decode()
    assert "2 overdue" in " ".join(later.split())
    assert not AccessEntry.objects.filter(page="overview").exists(), "it shows no patient"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("since=2026-11-31", "Nothing is shown while a filter is wrong."),
        ("since=2026-03-11&until=2026-03-10", "This day is before “From”."),
        ("until=2025-01-31&since=2025-01-01", "No session of this period has ended."),
    ],
)
def test_a_period_that_is_wrong_or_empty_shows_no_figure(
    clock: TestClock, signed_in: Signer, asked: str, words: str
) -> None:
    visit = discharged(clock)
    shown = signed_in(person(visit.site, "administrator")).get(f"/overview/?{asked}")
    assert words in shown.content.decode()
    assert b"<svg" not in shown.content


def test_another_site_is_told_only_to_whom_may_see_its_register(
    clock: TestClock, signed_in: Signer
) -> None:
    visit, other = discharged(clock), discharged(clock)
    administrator = person(visit.site, "administrator")

    def sites() -> list[Any]:
        page = signed_in(administrator).get("/overview/?by=site")
        return [named.name for named in page.context["compared"]]

    assert sites() == [visit.site.name]
    other.site.memberships.create(staff=administrator, role="auditor")
    assert sorted(sites()) == sorted([visit.site.name, other.site.name])


def test_it_asks_no_more_with_more_sessions(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            administrator.get("/overview/?by=nurse")
        return len(captured)

    few = asked()
    for _ in range(3):
        same = planned(clock, site=visit.site)
        same.admit()
        same.leave("against_advice")
    assert asked() == few == 19
