"""The page of the overview."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring.models import AccessEntry
from monitoring.reports.overview import LINES
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, discharged, dosed, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_each_figure_opens_its_sessions_in_the_register(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    other = Visit(clock, site=visit.site)
    other.admit()
    other.read()
    other.dose()
    clock.forward(minutes=3)
    other.leave("against_advice")
    administrator = signed_in(person(visit.site, "administrator"))
    page = administrator.get("/overview/")
    shown = page.content.decode()
    counts = {share.line.code: share.count for _, group in page.context["overview"].groups
              for share in group}  # fmt: skip
    assert (counts["discharged"], counts["against_advice"], counts["left_early"]) == (1, 1, 1)
    links = re.findall(r'href="(/sessions/\?[^"]*behind=(\w+))"', shown)
    assert {code for _, code in links} == set(LINES)
    for href, code in links:
        rows = administrator.get(href.replace("&amp;", "&"))
        if LINES[code].opens == LINES[code].name and LINES[code].of in {"ended", "dosed"}:
            assert len(rows.context["sessions"]) == counts[code], code
    early = administrator.get("/sessions/?behind=left_early")
    assert [session.pk for session in early.context["sessions"]] == [other.id]


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
        return [part.name for part in page.context["compared"]]

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
    assert asked() == few == 18
