"""The report of one session, on the screen and on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from clinic.ids import uuid7
from clinic.models import TrailEntry
from monitoring.actions import cancel_session, correct_reading
from tests.clock import TestClock
from tests.factories.people import SiteFactory, TabletFactory, on_tablet, person
from tests.factories.record import PatientFactory
from tests.factories.visits import (
    Visit,
    discharged,
    dosed,
    infused,
    observed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def read(signed_in: Signer, visit: Visit, role: str = "administrator") -> Any:
    return signed_in(person(visit.site, role)).get(f"/sessions/{visit.id}/report/")


def text(answer: Any) -> str:
    return unescape(answer.content.decode())


def late_at_forty(clock: TestClock) -> Visit:
    """The 40-minute reading was taken at 55 minutes."""
    visit = observed(clock, through=30)
    first = visit.session.first_dose_at
    assert first is not None
    clock.travel_to(first + timedelta(minutes=55))
    visit.read(40)
    for minutes in (60, 90, 120):
        clock.travel_to(first + timedelta(minutes=minutes))
        visit.read(minutes)
    clock.travel_to(first + timedelta(minutes=126))
    visit.sign()
    visit.leave()
    return visit


def test_the_late_reading_is_named_before_everything_else(
    clock: TestClock, signed_in: Signer
) -> None:
    page = text(read(signed_in, late_at_forty(clock)))
    words = "40-minute reading taken at 55 min, 15 min late"

    assert words in page
    main = page.split("<main")[1]
    assert main.index("Deviations (1)") < main.index(words) < main.index("First treatment ever")
    assert main.index(words) < main.index("<svg") < main.index('class="readings"')


def test_a_session_without_deviations_says_so(clock: TestClock, signed_in: Signer) -> None:
    page = text(read(signed_in, discharged(clock)))

    assert "Deviations (0)" in page
    assert "None: nothing late" in page


def test_every_kind_of_deviation_is_listed(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, predose={"systolic": 152, "diastolic": 94})
    visit.decide(reason="Usual for her")
    clock.forward(minutes=1)
    visit.dose(sprays=1, partial_detail="Sneezed")
    clock.forward(minutes=2)
    visit.dose(early_reason="Asked to go on")
    clock.forward(minutes=40)
    wrong = visit.read(40, systolic=150, diastolic=90)
    correct_reading(
        visit.id,
        visit.nurse,
        id=uuid7(),
        replaces=wrong.pk,
        entry=visit.entry(systolic=140, diastolic=90),
        reason="Typed wrongly",
    )
    visit.leave("transferred")
    page = text(read(signed_in, visit))

    for words in (
        "Dosed by a clinician's decision (Systolic 152, above the guide of 140 mmHg, Diastolic 94, "
        "above the guide of 90 mmHg): Usual for her",
        "Device 1 in part, one spray (14 mg): Sneezed",
        "Device 2 earlier than the rest asks: Asked to go on",
        "15-minute reading missed",
        "30-minute reading missed",
        "Reading corrected: Typed wrongly",
        "Transferred to emergency care",
    ):
        assert words in page, words


def test_a_deviation_of_another_day_has_its_day(clock: TestClock, signed_in: Signer) -> None:
    visit = predosed(clock, predose={"systolic": 152, "diastolic": 94})
    visit.decide(reason="Usual for her")
    visit.dose()
    clock.forward(minutes=60 * 24)
    lines = read(signed_in, visit).context["deviations"]
    missed = [line for line in lines if "reading missed" in line.words]

    assert [missed[0].is_other_day, missed[-1].is_other_day] == [False, True]


def test_a_signature_is_shown_as_it_was_signed_and_withdrawn(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = ready_to_sign(clock)
    first = visit.sign()
    clock.forward(minutes=2)
    high = visit.read(None, systolic=172, diastolic=96)
    visit.respond(high.pk)
    clock.forward(minutes=5)
    visit.read(None)
    visit.sign()
    visit.leave()
    page = text(read(signed_in, visit))

    assert page.count(first.printed_name) >= 2
    assert "Clearance to leave after observation" in page
    assert first.statement in page
    assert first.statement.startswith(f"I, {first.printed_name}, clear")
    assert "95 min after the first dose" in page
    assert f"1 to {first.through_seq}" in page
    assert "Withdrawn" in page
    assert "I have read the whole record of the session" in page
    assert page.count('class="signature"') == 2


def test_a_justified_value_stands_with_its_words(clock: TestClock, signed_in: Signer) -> None:
    visit = ready_to_sign(clock)
    visit.read(None, systolic=135, diastolic=85)
    visit.sign(justifications={"blood_pressure_rising": "Talked on the telephone"})
    page = text(read(signed_in, visit))

    assert "Blood pressure rising at the last check" in page
    assert "Talked on the telephone" in page
    assert "Signed with a value outside the criteria: Blood pressure rising" in page


def test_a_mandatory_pressure_that_was_not_taken_is_named(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock, through=30)
    first = visit.session.first_dose_at
    assert first is not None
    clock.travel_to(first + timedelta(minutes=40))
    visit.read(40, systolic=None, diastolic=None, not_done={"blood_pressure": "refused"})
    for minutes in (60, 90, 120):
        clock.travel_to(first + timedelta(minutes=minutes))
        visit.read(minutes)
    clock.travel_to(first + timedelta(minutes=126))
    visit.sign()
    page = text(read(signed_in, visit))

    assert "40-minute reading not done: Patient declined" in page
    assert "40-minute blood pressure not taken" in page


def test_the_departure_names_the_escort(clock: TestClock, signed_in: Signer) -> None:
    page = text(read(signed_in, discharged(clock)))

    for words in ("Discharged", "Ann Smith, 555 0101", "Escort's car", "Given again"):
        assert words in page


def test_an_open_session_says_that_it_is_not_closed(clock: TestClock, signed_in: Signer) -> None:
    for build in (planned, dosed, signed):
        assert "This session is not closed" in text(read(signed_in, build(clock)))
    assert "This session is not closed" not in text(read(signed_in, discharged(clock)))


def test_a_session_ended_without_a_dose_says_why(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    cancel_session(visit.id, visit.nurse, reason="Fever")
    page = text(read(signed_in, visit))

    assert "Ended without a dose" in page
    assert "Fever" in page


def test_the_report_states_its_moment_protocol_and_zone(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    page = text(read(signed_in, visit))

    assert str(visit.version) in page
    assert f"as of {clock.now().astimezone(visit.site.tz):%d-%b-%Y %H:%M}" in page
    assert "times in America/New_York" in page


def test_the_patient_stands_in_the_head_that_paper_repeats(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    head = text(read(signed_in, visit)).split("<thead")[1].split("</thead>")[0]

    assert "print-head" in head
    for words in (visit.patient.banner_name, "14-Jul-1958", visit.patient.mrn, visit.site.name):
        assert words in head


def test_another_sites_session_is_not_found(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    stranger = signed_in(person(SiteFactory.create(), "administrator"))

    assert stranger.get(f"/sessions/{visit.id}/report/").status_code == 404


@pytest.mark.parametrize("role", ["nurse", "clinician", "administrator", "auditor"])
def test_each_role_may_read_a_report(clock: TestClock, signed_in: Signer, role: str) -> None:
    assert read(signed_in, observed(clock, through=40), role).status_code == 200


def test_what_people_typed_is_escaped(clock: TestClock, signed_in: Signer) -> None:
    bad = "<script>alert(1)</script>"
    site = SiteFactory.create()
    patient = PatientFactory.create(site=site, family_name=bad, allergies=bad)
    visit = ready_to_sign(clock, site=site, patient=patient)
    visit.event(detail=bad)
    visit.sign()
    visit.leave(escort_name=bad)
    page = read(signed_in, visit).content.decode()

    assert "<script>alert" not in page.lower()
    assert page.lower().count("&lt;script&gt;alert") >= 5


@pytest.mark.parametrize("page", ["", "report/"])
def test_a_time_and_its_minutes_are_two_words(
    clock: TestClock, signed_in: Signer, page: str
) -> None:
    """Copied, or read aloud, "12:57" and "0 min" must not run together."""
    visit = observed(clock, through=15)
    clock.forward(minutes=16)
    visit.read(30)
    text = signed_in(visit.nurse).get(f"/sessions/{visit.id}/{page}").content.decode()
    assert "</time> <small>" in text
    assert "</time><small>" not in text


def test_the_highest_systolic_and_diastolic_are_never_shown_as_one_pressure(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    high = visit.session
    assert (high.peak_systolic, high.peak_diastolic) == (122, 78)
    clock.forward(minutes=7 * 24 * 60)
    other = observed(clock, site=visit.site, patient=visit.patient, through=15)
    clock.forward(minutes=15)
    other.read(30, systolic=157, diastolic=92)
    clock.forward(minutes=10)
    other.read(40, systolic=150, diastolic=100)
    office, nurse = signed_in(visit.clinician), signed_in(other.nurse)
    report = nurse.get(f"/sessions/{other.id}/report/").content.decode()
    assert "157 mmHg at 30 min" in report
    assert "100 mmHg at 40 min" in report
    course_page = office.get(f"/patients/{visit.patient.pk}/").content.decode()
    assert "Highest systolic" in course_page
    assert "Highest diastolic" in course_page
    assert "157/100" not in report + course_page
    assert "122/78 mmHg" not in course_page


def test_a_page_says_on_every_sheet_of_when_it_is_and_who_read_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    clock.forward(minutes=20)
    reader = signed_in(person(visit.site, "auditor", first_name="Ada", last_name="Byron"))
    signed_at = f"/sessions/{visit.id}/clearances/{visit.session.clearance_set.get().pk}/"
    signer = visit.clinician.printed_name
    for path, words in (
        (f"/sessions/{visit.id}/report/", "as of now, 10-Mar-2026 12:30, read by Ada Byron"),
        (
            signed_at,
            f"as signed by {signer}, 10-Mar-2026 12:10; read by Ada Byron, RN, 10-Mar-2026 12:30",
        ),
    ):
        head = text(reader.get(path)).split("<thead")[1].split("</thead>")[0]
        assert words in head
        assert visit.patient.mrn in head


def test_the_site_is_named_with_its_rems_id_and_who_watched_with_the_times(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock, site=SiteFactory.create(rems_site_id="REMS-77"))
    page = text(read(signed_in, visit))
    assert f"{visit.site.name}, REMS site id REMS-77" in page
    assert f"{visit.nurse.printed_name} 10:00 to 12:10" in page


def test_the_verification_says_whose_entries_it_checked(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    reader = signed_in(person(visit.site, "auditor"))
    page = text(reader.get(f"/sessions/{visit.id}/verification/"))
    own = TrailEntry.objects.filter(chain=visit.id).count()
    others = TrailEntry.objects.filter(chain=visit.patient.pk).count()
    assert f"Of the entries checked {own} are of this session" in page
    assert f"shown below, and {others} of its patient." in page


def test_a_shared_tablet_offers_no_file_that_would_stay_on_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    link, path = f"/sessions/{visit.id}/report.pdf", f"/sessions/{visit.id}/report/"
    assert link in text(signed_in(visit.nurse).get(path))
    shared = on_tablet(TabletFactory.create(site=visit.site), visit.nurse).get(path)
    assert visit.patient.mrn in text(shared)
    assert link not in text(shared)


def test_the_report_says_where_the_monitoring_form_stands(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    assert "To be filed before 18-Mar-2026 00:00" in text(read(signed_in, visit))
    clock.forward(minutes=8 * 24 * 60)
    assert "Overdue since 18-Mar-2026 00:00" in text(read(signed_in, visit))
    filed = visit.file_form(gaps_reason="Entered by hand", reference="R-1")
    words = f"Filed 18-Mar-2026, {filed.get_way_display()}, R-1, by {filed.printed_name}"
    assert words in text(read(signed_in, visit))
    assert "changed since" not in text(read(signed_in, visit))
    visit.amend_patient(family_name="Other")
    assert f"{words}; the record was changed since" in text(read(signed_in, visit))
    infusion = infused(clock)
    assert "Monitoring form" not in text(read(signed_in, infusion)).partition("<main")[2]
