"""Who was shown whose record is kept, searched and exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from monitoring.models import AccessEntry
from monitoring.web.access_log import PAGES
from tests.clinic.test_access import LATER, POSTED, ROUTES, address
from tests.factories.courses import Visit, discharged, dosed
from tests.factories.place import SiteFactory, person
from tests.factories.record import PatientFactory

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
ABOUT_A_PATIENT = [
    name for name in ROUTES
    if name.startswith(("session", "patient", "board", "re", "access", "amend", "event", "ver",
                        "admission", "decision", "dose", "infusion", "clearance", "departure"))
    and name not in LATER | POSTED | {"session-list", "patient-list", "patient-register",
                                      "review-list", "access-list", "access-export", "board"}
]  # fmt: skip


@pytest.fixture
def visit(clock: Any) -> Visit:
    return dosed(clock)


@pytest.mark.parametrize("name", ABOUT_A_PATIENT)
def test_every_page_about_a_patient_keeps_who_opened_it_once(
    visit: Visit, signed_in: Signer, name: str
) -> None:
    everything = visit.clinician
    everything.memberships.create(site=visit.site, role="administrator")
    answer = signed_in(everything).get(address(name, visit))
    assert answer.status_code == 200
    entry = AccessEntry.objects.get()
    assert (entry.staff, entry.patient, entry.site) == (everything, visit.patient, visit.site)
    assert (entry.action, entry.page) == ("opened", name)
    assert entry.session_id == (None if "patient" in name or name == "session-plan" else visit.id)
    assert entry.address == "127.0.0.1"
    assert entry.device


def test_lists_keep_everyone_they_showed_in_one_insert(
    visit: Visit, signed_in: Signer, django_assert_num_queries: Any
) -> None:
    others = {PatientFactory(site=visit.site).pk for _ in range(4)}
    signed_in(visit.nurse).get("/patients/")
    listed = AccessEntry.objects.filter(action="listed", page="patient-list")
    assert {e.patient_id for e in listed} == others | {visit.patient.pk}


def test_a_page_that_stays_open_is_kept_again_after_a_quarter_of_an_hour(
    visit: Visit, signed_in: Signer, clock: Any
) -> None:
    nurse = signed_in(visit.nurse)
    path = f"/sessions/{visit.id}/"
    polls = {"HX-Request": "true"}
    nurse.get(path)
    for _ in range(3):
        nurse.get(path, headers=polls)
    assert AccessEntry.objects.count() == 1
    clock.forward(minutes=16)
    nurse.get(path, headers=polls)
    assert AccessEntry.objects.count() == 2


def test_asking_only_for_updates_does_not_go_unseen(visit: Visit, signed_in: Signer) -> None:
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/", headers={"HX-Request": "true"})
    assert AccessEntry.objects.count() == 1


def test_what_is_not_shown_is_not_kept(visit: Visit, signed_in: Signer) -> None:
    stranger = signed_in(person(SiteFactory(), "nurse"))
    stranger.get(f"/sessions/{visit.id}/")
    signed_in(person(visit.site, "administrator")).get(f"/sessions/{visit.id}/event/")
    assert not AccessEntry.objects.exists()


def shown(client: Client, **asked: Any) -> list[AccessEntry]:
    return [entry for entry, _page in client.get("/access/", asked).context["entries"]]


def test_reads_are_found_by_patient_person_session_and_period(
    visit: Visit, signed_in: Signer, clock: Any
) -> None:
    other = dosed(clock, site=visit.site)
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    signed_in(other.nurse).get(f"/sessions/{other.id}/")
    clock.forward(minutes=60 * 24 * 10)
    signed_in(other.nurse).get(f"/patients/{visit.patient.pk}/")
    administrator = signed_in(person(visit.site, "administrator"))
    day = (clock.now() - timedelta(days=10)).date().isoformat()
    opened = {"since": "2026-01-01", "action": "opened"}
    assert len(shown(administrator, **opened)) == 3
    assert {e.session_id for e in shown(administrator, **opened, session=visit.id)} == {visit.id}
    assert len(shown(administrator, **opened, patient=visit.patient.mrn)) == 2
    assert len(shown(administrator, **opened, staff=other.nurse.pk)) == 2
    assert len(shown(administrator, since=day, until=day, action="opened")) == 2
    assert len(shown(administrator, patient="nobody of this name")) == 0


def test_without_a_question_the_last_week_is_shown(
    visit: Visit, signed_in: Signer, clock: Any
) -> None:
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    administrator = signed_in(person(visit.site, "administrator"))
    assert len(shown(administrator)) == 1
    clock.forward(minutes=60 * 24 * 8)
    assert len(shown(administrator, action="opened")) == 1, "asked for, however old"
    assert [e for e in shown(administrator) if e.action == "opened"] == []


def test_a_filter_that_is_wrong_is_named_and_nothing_is_exported(
    visit: Visit, signed_in: Signer
) -> None:
    administrator = signed_in(person(visit.site, "administrator"))
    answer = administrator.get("/access.csv", {"since": "soon", "session": "nonsense"})
    assert answer["Content-Type"].startswith("text/html")
    assert set(answer.context["filter"].form.errors) == {"since", "session"}


def test_the_export_holds_what_the_page_shows_and_is_kept_itself(
    visit: Visit, signed_in: Signer
) -> None:
    patient = PatientFactory(site=visit.site, family_name="=cmd()", given_name="Eve")
    nurse = signed_in(visit.nurse)
    nurse.get(f"/sessions/{visit.id}/")
    nurse.get(f"/patients/{patient.pk}/")
    administrator = signed_in(person(visit.site, "administrator"))
    answer = administrator.get("/access.csv")
    assert "attachment" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    opened = [r for r in rows if r["action"] == "opened"]
    assert [r["mrn"] for r in opened] == [patient.mrn, visit.patient.mrn]
    assert opened[0]["patient"].startswith("'=CMD()")
    assert opened[0]["person"] == visit.nurse.printed_name
    assert opened[0]["at"].endswith("-04:00")
    exported = AccessEntry.objects.filter(action="exported")
    assert {e.patient_id for e in exported} == {visit.patient.pk, patient.pk}


def test_reads_at_another_site_are_not_shown(visit: Visit, signed_in: Signer) -> None:
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    stranger = signed_in(person(SiteFactory(), "administrator"))
    assert shown(stranger, since="2026-01-01") == []
    text = b"".join(stranger.get("/access.csv").streaming_content).decode()
    assert visit.patient.mrn not in text


def test_the_report_of_a_closed_session_is_kept_too(clock: Any, signed_in: Signer) -> None:
    visit = discharged(clock)
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/report/")
    assert AccessEntry.objects.get().page == "session-report"


def test_every_page_about_a_patient_has_a_name_in_the_log() -> None:
    assert {*ABOUT_A_PATIENT, *LATER, "session-list", "patient-list"} <= set(PAGES)
