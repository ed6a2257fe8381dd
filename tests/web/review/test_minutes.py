"""The page of the minutes of a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from monitoring.models import AccessEntry
from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_EU
from tests.clock import TestClock
from tests.factories.people import person
from tests.factories.visits import Visit, discharged, dosed, observed, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def text(client: Client, visit: Visit) -> str:
    answer = client.get(f"/sessions/{visit.id}/minutes/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_two_kinds_stand_apart_and_each_fact_says_where_it_comes_from(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock)
    visit.contact(35)
    clock.travel_to(visit.session.facts().window_ends_at or clock.now())
    visit.sign()
    visit.leave()
    page = text(signed_in(person(visit.site, "administrator")), visit)
    assert "The two kinds of minutes are not added." in page
    assert '125 min <small class="soft">from the first device to the end of the monitoring' in page
    assert '35 min <small class="soft">what two people spent there together counts once' in page
    assert "160" not in page
    assert page.count("A1234") == 2
    assert "50458-028-02 (carton of 2 devices) or 50458-028-03 (carton of 3)" in page
    assert f"{visit.clinician.printed_name}, " in page.partition("Signed by")[2]
    for code in ("G2082", "J0013", "99415"):
        assert f'<th scope="row">{code}</th>' in page
    assert page.count("Check the payer.") == 4
    entry = AccessEntry.objects.get(page="minutes")
    assert (entry.action, entry.patient_id) == ("opened", visit.patient.pk)


def test_observation_is_that_of_the_monitoring_form(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    (told,) = [f.value for f in visit.form.fields if f.field.key == "total_minutes"]
    assert f"{told} min" in text(signed_in(visit.clinician), visit)


def test_what_is_missing_is_named_with_who_supplies_it(clock: TestClock, signed_in: Signer) -> None:
    visit = dosed(clock)
    page = text(signed_in(visit.clinician), visit)
    assert "whoever sees the patient off records the departure" in page
    assert "a clinician signs the clearance" in page
    assert "whoever was with the patient records their own" in page
    assert "whoever bills knows it" in page
    assert f'href="/sessions/{visit.id}/contact/"' in page


def test_a_session_in_which_nothing_was_given_has_no_minutes(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = planned(clock)
    page = text(signed_in(visit.clinician), visit)
    assert "Nothing was given in this session" in page
    assert "G2082" not in page


@pytest.mark.parametrize("protocol", [KETAMINE_IV, SPRAVATO_EU], ids=lambda p: p.key)
def test_a_drug_without_a_known_ndc_says_to_read_the_carton(
    clock: TestClock, signed_in: Signer, protocol: object
) -> None:
    planned_mg = 36 if protocol is KETAMINE_IV else 56
    visit = dosed(clock, protocol=protocol, planned_mg=planned_mg)
    page = text(signed_in(visit.clinician), visit)
    assert "not kept here: read it from the carton" in page
    assert "50458" not in page
    assert "No code is known here for this drug and these minutes." in page


def test_other_patients_in_the_same_minutes_are_told_as_a_number_and_never_named(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    others = [
        dosed(clock, site=visit.site, people=(visit.nurse, visit.clinician)) for _ in range(2)
    ]
    clock.forward(minutes=45)
    ended = clock.now()
    visit.contact(40)
    others[0].contact(20, patients_at_once=2)
    clinician = signed_in(visit.clinician)
    page = text(clinician, visit)
    assert "⚑ The record has 2 patients at once with this person." in page
    assert '<th scope="row">99415</th>' in page
    others[1].contact(15, ended_at=ended, patients_at_once=2)
    page = text(clinician, visit)
    assert "⚑ The record has 3 patients at once with this person." in page
    assert "⚑ More than two at once: counts for no code." in page
    assert '<th scope="row">99415</th>' not in page
    assert others[0].patient.family_name not in page
    struck = others[1].session.staffcontact_set.get()
    others[1].strike_contact(struck)
    assert "The record has 2 patients" in text(clinician, visit)


def test_a_contact_that_was_struck_is_readable_and_counts_in_nothing(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    visit.strike_contact(visit.contact(30), reason="Another patient")
    page = text(signed_in(visit.clinician), visit)
    assert "<s>30</s>" in page
    assert f"marked by {visit.nurse.printed_name}" in page
    assert "99415" not in page
    assert "whoever was with the patient records their own" in page


def test_the_page_is_reached_from_session_and_report_by_who_may_see_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    link = f'href="/sessions/{visit.id}/minutes/"'
    clinician, nurse = signed_in(visit.clinician), signed_in(visit.nurse)
    for path in ("", "report/"):
        address = f"/sessions/{visit.id}/{path}"
        assert link in clinician.get(address).content.decode()
        assert link not in nurse.get(address).content.decode()
    assert nurse.get(f"/sessions/{visit.id}/minutes/").status_code == 403
