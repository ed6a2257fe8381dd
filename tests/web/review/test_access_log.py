"""Who was shown whose record is kept, searched and exported."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clinic.models import Membership
from monitoring.models import AccessEntry, ListedPatient
from monitoring.proof.reads import patients_of
from monitoring.reports import access_report
from monitoring.web.review import access_log
from monitoring.web.review.access_log import PAGES
from tests.clinic.routes import BUTTONS, ROUTES, address, routes
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import SiteFactory, person
from tests.factories.record import AccessEntryFactory, PatientFactory
from tests.factories.visits import Visit, discharged, dosed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
LATER = {
    *(name for name, route in ROUTES.items() if route.is_about_what_comes_later),
    "contact-minutes-strike",
}
OF_ANOTHER = {"onward"}
"""What is asked for from a patient's page, and shows another patient."""
ABOUT_A_PATIENT = sorted(
    str(pattern.name)
    for pattern in routes()
    if {"session_id", "patient_id"} & set(pattern.pattern.converters)
    and pattern.name not in LATER | BUTTONS | OF_ANOTHER
)
"""Pages whose address names a patient or a session."""


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return dosed(clock)


@pytest.mark.parametrize("name", ABOUT_A_PATIENT)
def test_every_page_about_a_patient_keeps_who_opened_it_once(
    visit: Visit, signed_in: Signer, name: str
) -> None:
    everything = visit.clinician
    insert(Membership(staff=everything, site=visit.site, role="administrator"))
    answer = signed_in(everything).get(address(name, visit))
    assert answer.status_code == 200
    entry = AccessEntry.objects.get()
    assert (entry.staff, entry.patient, entry.site) == (everything, visit.patient, visit.site)
    action = "exported" if name.endswith("-pdf") else "opened"
    assert (entry.action, entry.page) == (action, name)
    assert entry.session_id == (visit.id if str(visit.id) in address(name, visit) else None)
    assert entry.address == "127.0.0.1"
    assert entry.device


def test_who_comes_next_is_kept_as_shown_and_no_one_where_no_one_does(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    nurse = signed_in(visit.nurse)
    assert nurse.get(address("onward", visit)).status_code == 204
    assert not AccessEntry.objects.exists()
    other = dosed(clock, site=visit.site)
    assert str(other.id) in nurse.get(address("onward", visit)).content.decode()
    assert AccessEntry.objects.get().patient == other.patient


def test_a_list_is_one_entry_with_everyone_it_showed_and_the_same_list_is_kept_once(
    visit: Visit, signed_in: Signer
) -> None:
    others = {PatientFactory.create(site=visit.site).pk for _ in range(4)}
    nurse = signed_in(visit.nurse)
    nurse.get("/patients/")
    entry = AccessEntry.objects.get(action="listed", page="patient-list")
    assert entry.patient is None
    assert patients_of([entry]) == others | {visit.patient.pk}
    nurse.get("/patients/")
    assert AccessEntry.objects.filter(listing=entry.listing).count() == 2
    assert ListedPatient.objects.count() == 5


def test_what_was_kept_a_row_a_patient_is_found_and_shown_like_a_list(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    """As everything before there were lists."""
    others = [PatientFactory.create(site=visit.site, mrn=f"OLD-{n}") for n in range(3)]
    for patient in others:
        AccessEntryFactory.create(
            at=clock.now(), site=visit.site, staff=visit.nurse, patient=patient, action="listed"
        )
    clock.forward(minutes=1)
    administrator = signed_in(person(visit.site, "administrator"))
    (line,) = administrator.get("/access/", {"action": "listed"}).context["lines"]
    assert (line[0].count, line[0].entries) == (3, ())
    (entry,) = shown(administrator, action="listed", patient=others[1].mrn)
    assert entry.patient == others[1]


def test_of_very_many_patients_the_entries_are_found_as_of_few(
    visit: Visit, signed_in: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    PatientFactory.create(site=visit.site, family_name="Verymany", mrn="V-1")
    PatientFactory.create(site=visit.site, family_name="Verymany", mrn="V-2")
    signed_in(visit.nurse).get("/patients/")
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    administrator = signed_in(person(visit.site, "administrator"))
    for few in (50, 1):
        monkeypatch.setattr(access_report, "FEW", few)
        ((line, _page),) = administrator.get(
            "/access/", {"action": "", "patient": "verymany", "staff": str(visit.nurse.pk)}
        ).context["lines"]
        assert line.count == 2


def test_a_page_that_stays_open_is_kept_again_after_a_quarter_of_an_hour(
    visit: Visit, signed_in: Signer, clock: TestClock
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
    stranger = signed_in(person(SiteFactory.create(), "nurse"))
    stranger.get(f"/sessions/{visit.id}/")
    signed_in(person(visit.site, "administrator")).get(f"/sessions/{visit.id}/event/")
    assert not AccessEntry.objects.exists()


def shown(client: Client, **asked: Any) -> list[AccessEntry]:
    """What stands in the log, with what is folded left out."""
    lines = client.get("/access/", asked).context["lines"]
    return [entry for line, _page in lines for entry in line.entries]


def test_reads_are_found_by_patient_person_session_and_period(
    visit: Visit, signed_in: Signer, clock: TestClock
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
    visit: Visit, signed_in: Signer, clock: TestClock
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
    patient = PatientFactory.create(site=visit.site, family_name="=cmd()", given_name="Eve")
    nurse = signed_in(visit.nurse)
    nurse.get(f"/sessions/{visit.id}/")
    nurse.get(f"/patients/{patient.pk}/")
    administrator = signed_in(person(visit.site, "administrator"))
    answer = administrator.get("/access.csv")
    assert "attachment" in answer["Content-Disposition"]
    text = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    opened = [r for r in rows if r["action"] == "opened"]
    assert [r["mrn"] for r in opened] == [patient.mrn, visit.patient.mrn]
    assert opened[0]["patient"].startswith("'=CMD()")
    assert opened[0]["person"] == visit.nurse.printed_name
    assert opened[0]["at"].endswith("-04:00")
    exported = AccessEntry.objects.filter(action="exported")
    assert patients_of(exported) == {visit.patient.pk, patient.pk}


def test_reads_at_another_site_are_not_shown(visit: Visit, signed_in: Signer) -> None:
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    stranger = signed_in(person(SiteFactory.create(), "administrator"))
    assert shown(stranger, since="2026-01-01") == []
    text = stranger.get("/access.csv").getvalue().decode()
    assert visit.patient.mrn not in text


def lists(client: Client, **asked: Any) -> list[tuple[str, int, int]]:
    """The lines of lists: page, how many patients, and how many of them are unfolded."""
    lines = client.get("/access/", asked).context["lines"]
    return [(str(page), ln.count, len(ln.entries)) for ln, page in lines if ln.is_list]


def test_a_list_is_one_line_that_unfolds_and_shows_no_one_before(
    visit: Visit, signed_in: Signer, clock: TestClock
) -> None:
    others = [PatientFactory.create(site=visit.site, mrn=f"L-{n}") for n in range(3)]
    nurse = signed_in(visit.nurse)
    nurse.get("/patients/")
    at = clock.now()
    clock.forward(minutes=1)
    nurse.get(f"/sessions/{visit.id}/")
    clock.forward(minutes=1)
    administrator = signed_in(person(visit.site, "administrator"))
    page = administrator.get("/access/", {"action": ""})
    assert "List of patients, 4 patients" in page.content.decode()
    assert [line.count for line, _page in page.context["lines"]] == [1, 4]
    assert others[0].mrn not in page.content.decode()
    logged = AccessEntry.objects.filter(page="access-list")
    assert patients_of(logged.all()) == {visit.patient.pk}
    clock.forward(minutes=1)
    unfolded = administrator.get(
        "/access/", {"action": "", "unfold": at.isoformat()}
    ).content.decode()
    assert all(other.mrn in unfolded for other in others)
    assert patients_of(logged.all()) == {visit.patient.pk, *(o.pk for o in others)}
    assert len(patients_of(AccessEntry.objects.filter(page="patient-list"))) == 4, "as before"
    for wrong in ("soon", "2026-13-45T00:00:00", "2026-03-10T10:00:00"):
        assert {left for *_, left in lists(administrator, action="", unfold=wrong)} == {0}


def test_the_log_opens_without_what_was_only_listed(visit: Visit, signed_in: Signer) -> None:
    nurse = signed_in(visit.nurse)
    nurse.get("/patients/")
    nurse.get(f"/sessions/{visit.id}/")
    administrator = signed_in(person(visit.site, "administrator"))
    assert {entry.action for entry in shown(administrator)} == {"opened"}
    assert "listed" in {entry.action for entry in shown(administrator, action="")}


def test_pages_of_the_log_hold_each_line_once_and_part_no_moment(
    visit: Visit, signed_in: Signer, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_log, "PAGE_SIZE", 3)
    nurse, other = signed_in(visit.nurse), signed_in(visit.clinician)
    for minutes in (1, 1, 0, 1, 1, 0, 1, 1, 0):
        clock.forward(minutes=minutes)
        (nurse if minutes else other).get(f"/sessions/{visit.id}/")
    administrator = signed_in(person(visit.site, "administrator"))
    whole = [e.pk for e in AccessEntry.objects.order_by("-at", "staff_id")]
    asked: dict[str, str] = {"action": "opened"}
    pages: list[Any] = []
    while True:
        context = administrator.get("/access/", asked).context
        pages.append([entry.pk for line, _page in context["lines"] for entry in line.entries])
        if context["shown"].after is None:
            break
        asked["after"] = context["shown"].after
    assert [pk for page in pages for pk in page] == whole
    assert len(pages) == 3
    assert all(len(page) in {1, 2, 3} for page in pages)
    back = administrator.get("/access/", {"action": "opened", "before": context["shown"].before})
    assert [e.pk for line, _page in back.context["lines"] for e in line.entries][-1] == pages[-2][
        -1
    ]
    assert administrator.get("/access/", {"after": "soon"}).context["lines"]


def test_a_list_filtered_to_one_patient_names_that_one(visit: Visit, signed_in: Signer) -> None:
    PatientFactory.create(site=visit.site)
    signed_in(visit.nurse).get("/patients/")
    administrator = signed_in(person(visit.site, "administrator"))
    (entry,) = shown(administrator, patient=visit.patient.mrn, action="listed")
    assert entry.patient == visit.patient


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"since": "2026-11-31"}, "since"),
        ({"until": "soon"}, "until"),
        ({"since": "2026-03-11", "until": "2026-03-10"}, "until"),
        ({"session": "nonsense"}, "session"),
        ({"staff": "nonsense"}, "staff"),
        ({"action": "nonsense"}, "action"),
    ],
)
def test_while_a_filter_is_wrong_nothing_is_shown_or_exported(
    visit: Visit, signed_in: Signer, asked: dict[str, str], field: str
) -> None:
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/")
    administrator = signed_in(person(visit.site, "administrator"))
    assert len(shown(administrator, since="2026-03-10", until="2026-03-10")) == 1
    known = AccessEntry.objects.count()
    for path in ("/access/", "/access.csv"):
        answer = administrator.get(path, {"since": "2026-03-01"} | asked)
        assert set(answer.context["filter"].form.errors) == {field}
        assert answer.context["lines"] == []
        assert "Nothing is shown while a filter is wrong." in answer.content.decode()
    assert AccessEntry.objects.count() == known


def test_the_report_of_a_closed_session_is_kept_too(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    signed_in(visit.nurse).get(f"/sessions/{visit.id}/report/")
    assert AccessEntry.objects.get().page == "session-report"


def test_every_page_about_a_patient_has_a_name_in_the_log() -> None:
    assert {*ABOUT_A_PATIENT, *LATER, "session-list", "patient-list"} <= set(PAGES)
