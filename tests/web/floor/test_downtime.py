"""The downtime sheet: what a site needs on paper when the record does not open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from monitoring.models import AccessEntry, Reading
from monitoring.proof.reads import patients_of
from monitoring.rules.protocol import KETAMINE_IV
from monitoring.words.downtime import Sheet
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, admitted, dosed, infused, observed, planned, signed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def sheet_of(client: Client, visit: Visit) -> Sheet:
    found = client.get("/downtime/").context["sheets"]
    sheet: Sheet = next(s for s in found if s.session.pk == visit.id)
    return sheet


def text(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def test_each_session_in_progress_has_a_sheet_and_no_other_has(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    here = [build(clock, site=site) for build in (admitted, dosed, observed, signed)]
    planned(clock, site=site)
    dosed(clock)
    sheets = signed_in(person(site, "nurse")).get("/downtime/").context["sheets"]
    assert {s.session.pk for s in sheets} == {visit.id for visit in here}


def test_a_sheet_says_who_it_is_what_was_given_and_what_was_measured(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    visit.read(systolic=191, diastolic=99)
    patient = visit.session.patient
    answer = signed_in(visit.nurse).get("/downtime/")
    page = text(answer.content)
    for words in (patient.banner_name, patient.mrn, visit.site.name, "191/99", "180/110 mmHg"):
        assert words in page
    sheet = answer.context["sheets"][0]
    pressure = sheet.lines[0]
    assert pressure.last.text == "191/99"
    assert pressure.last.is_outside
    assert sheet.unanswered, "no one is informed yet"
    first, last = visit.session.first_dose_at, visit.session.last_dose_at
    assert first
    assert last
    assert pressure.before.at < first < pressure.last.at
    assert sheet.window_ends_at == last + timedelta(minutes=120)
    began = first.astimezone(visit.site.tz)
    assert f"28 mg at {began:%H:%M}" in page


def test_what_is_still_due_stands_in_its_rows_with_its_time_and_room_below(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    rows = sheet_of(signed_in(visit.nurse), visit).rows
    due = [row for row in rows if row.due_at]
    first = visit.session.first_dose_at
    assert first is not None
    later = [m for m in visit.session.facts().protocol.slots if m > 40]
    assert [row.due_at for row in due] == [first + timedelta(minutes=m) for m in later]
    assert len(rows) - len(due) >= 3


def test_before_the_dose_it_says_how_long_after_it_each_reading_is_due(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = admitted(clock)
    sheet = sheet_of(signed_in(visit.nurse), visit)
    named = [row.words for row in sheet.rows if row.words]
    assert named[0] == "Pre-dose reading"
    assert "40 min after the first dose" in named
    assert sheet.window_ends_at is None


def test_an_infusion_says_when_it_ran(clock: TestClock, signed_in: Signer) -> None:
    running = dosed(clock, protocol=KETAMINE_IV)
    assert sheet_of(signed_in(running.nurse), running).doses[0].startswith("running since ")
    ended = infused(clock)
    sheet = sheet_of(signed_in(ended.nurse), ended)
    assert re.fullmatch(r"36 mg from \d\d:\d\d to \d\d:\d\d", sheet.doses[0])


def test_everyone_on_the_sheets_is_on_the_access_log_and_again_when_it_is_printed(
    clock: TestClock, signed_in: Signer
) -> None:
    site = SiteFactory.create()
    here = {dosed(clock, site=site).session.patient_id for _ in range(3)}
    nurse = signed_in(person(site, "nurse"))
    page = nurse.get("/downtime/")
    at = re.search(r'name="at" value="([^"]+)"', page.content.decode())
    assert at
    assert nurse.post("/printed/", {"page": "downtime", "at": at[1]}).status_code == 204
    for action in ("listed", "printed"):
        kept = AccessEntry.objects.filter(page="downtime", action=action)
        assert patients_of(kept) == here


def test_it_is_one_tap_from_the_board(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    assert 'href="/downtime/"' in signed_in(visit.nurse).get("/").content.decode()


def test_what_was_written_on_paper_is_entered_with_its_time_and_why_it_is_late(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=40)
    taken = clock.now()
    clock.forward(minutes=30)
    nurse = signed_in(visit.nurse)
    address = f"/sessions/{visit.id}/reading/?paper=1"
    assert address in nurse.get("/downtime/").content.decode()
    form = nurse.get(address).context["form"]
    reason = form["late_reason"].value()
    body = {
        "id": form["id"].value(), "through_seq": form["through_seq"].value(),
        "systolic": "131", "diastolic": "82", "late_reason": reason,
        "taken_at": f"{taken.astimezone(visit.site.tz):%H:%M}",
        "taken_at_instant": taken.isoformat(), "taken_at_confirmed": taken.isoformat(),
    }  # fmt: skip
    assert nurse.post(address, body).status_code == 302
    saved = Reading.objects.get(pk=body["id"])
    assert (saved.taken_at, saved.late_reason) == (taken, reason)
    assert "paper" in saved.late_reason
