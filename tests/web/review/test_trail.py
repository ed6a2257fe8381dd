"""The trail across sessions, patients and people: who wrote what, with old and new values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic import actions
from clinic.models import TrailEntry
from monitoring.models import AccessEntry, Patient
from monitoring.proof.reads import patients_of
from monitoring.reports import trail
from monitoring.web.review.trail import Line
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged, observed

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    return observed(clock)


@pytest.fixture
def auditor(visit: Visit, signed_in: Signer) -> Client:
    return signed_in(person(visit.site, "auditor"))


def lines(client: Client, **asked: Any) -> list[Line]:
    found: list[Line] = client.get("/trail/", asked).context["lines"]
    return found


def test_a_correction_says_old_and_new_value_and_why(
    visit: Visit, auditor: Client, clock: TestClock
) -> None:
    clock.forward(minutes=1)
    wrong = visit.read(None, systolic=131)
    visit.correct(wrong, systolic=141)
    (line,) = lines(auditor, verb="correct_reading")
    assert line.words == "Reading corrected"
    assert "Systolic: 131 → 141" in line.content
    assert "Diastolic" not in line.content, "what stayed is not told"
    assert "Why corrected" in line.content
    assert (line.by, line.about) == (visit.nurse.printed_name, visit.patient.banner_name)
    assert line.href == f"/sessions/{visit.id}/report/"


def test_what_was_recorded_says_its_values_in_words(visit: Visit, auditor: Client) -> None:
    found = lines(auditor, verb="record_reading")
    assert len(found) == 7
    assert all("Systolic: 12" in line.content and "Heart rate: " in line.content for line in found)
    assert not [line for line in found if "recorded_by" in line.content or "uuid" in line.content]


def test_who_was_given_a_role_is_found_by_an_auditor(
    visit: Visit, auditor: Client, clock: TestClock
) -> None:
    administrator, nurse = person(visit.site, "administrator"), person(visit.site, "nurse")
    clock.forward(minutes=1)
    actions.change_roles(administrator, visit.site, nurse.pk, roles=["nurse", "auditor"])
    (line,) = lines(auditor, verb="change_roles", person=nurse.pk, by=administrator.pk)
    assert (line.words, line.by, line.about) == (
        "Roles changed", administrator.printed_name, nurse.printed_name,
    )  # fmt: skip
    assert "Auditor" in line.content
    assert line.href == "", "the page of a person is an administrator's"
    assert lines(auditor, about="staff", by=administrator.pk) == [line]
    assert lines(auditor, about="patient", by=administrator.pk) == []


def test_entries_are_found_by_patient_person_session_and_period(
    visit: Visit, auditor: Client, clock: TestClock
) -> None:
    other = discharged(clock, site=visit.site)
    own = {line.href for line in lines(auditor, patient=visit.patient.mrn)}
    assert own == {f"/sessions/{visit.id}/report/", f"/patients/{visit.patient.pk}/"} or own == {
        f"/sessions/{visit.id}/report/"
    }
    by = lines(auditor, by=other.nurse.pk)
    assert by
    assert {line.by for line in by} == {other.nurse.printed_name}
    assert {line.about for line in lines(auditor, session=other.id)} == {other.patient.banner_name}
    assert lines(auditor, since="2020-01-01", until="2020-01-02") == []
    clock.forward(minutes=60 * 24 * 8)
    assert lines(auditor) == [], "the last week, unless something is asked for"
    assert lines(auditor, session=other.id)


@pytest.mark.parametrize("few", ["FEW", "FEW_CHAINS"])
def test_entries_of_many_patients_are_the_same_as_those_of_few(
    visit: Visit, auditor: Client, monkeypatch: pytest.MonkeyPatch, few: str
) -> None:
    of_few = lines(auditor, patient=visit.patient.mrn)
    assert of_few
    monkeypatch.setattr(trail, few, 0)
    assert lines(auditor, patient=visit.patient.mrn) == of_few
    assert lines(auditor, patient="nobody") == []


def test_nothing_of_another_site_is_in_it(
    visit: Visit, auditor: Client, clock: TestClock, signed_in: Signer
) -> None:
    elsewhere = observed(clock, site=SiteFactory.create())
    for asked in ({"session": elsewhere.id}, {"patient": elsewhere.patient.mrn}):
        assert lines(auditor, **asked) == []
    strangers = TrailEntry.objects.filter(chain=elsewhere.nurse.pk)
    names = {line.about for line in lines(auditor)}
    assert elsewhere.patient.banner_name not in names
    assert not strangers or elsewhere.nurse.printed_name not in names


def test_whom_a_page_shows_is_kept_and_pages_follow_one_another(
    visit: Visit, auditor: Client, clock: TestClock
) -> None:
    for _ in range(4):
        discharged(clock, site=visit.site)
    first = auditor.get("/trail/", {"about": "session"}).context
    kept = AccessEntry.objects.filter(page="trail-list", action="listed")
    names = {p.banner_name for p in Patient.objects.filter(pk__in=patients_of(kept))}
    assert {line.about for line in first["lines"]} == names
    assert len(first["lines"]) == 50
    second = lines(auditor, about="session", after=str(first["shown"].after))
    every = TrailEntry.objects.filter(chain__in=visit.site.sessions.values("pk"))
    latest = every.order_by("-at", "-pk").values_list("at", flat=True)
    assert [line.at for line in (*first["lines"], *second)] == list(latest[:100])
    assert len(second) > 9


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"verb": "delete"}, "verb"), ({"by": "x"}, "by"), ({"person": "x"}, "person"),
     ({"about": "x"}, "about"), ({"session": "x"}, "session"), ({"since": "x"}, "since"),
     ({"since": "2026-03-11", "until": "2026-03-10"}, "until")],
)  # fmt: skip
def test_while_a_filter_is_wrong_nothing_is_shown(
    visit: Visit, auditor: Client, asked: dict[str, str], field: str
) -> None:
    answer = auditor.get("/trail/", asked)
    assert set(answer.context["filter"].form.errors) == {field}
    assert answer.context["lines"] == []
    assert "Nothing is shown while a filter is wrong." in answer.content.decode()


def test_what_was_answered_and_filed_is_told_without_the_copy(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    visit.answer_form()
    visit.answer_form(vitals_end=False, reason="Read once more")
    filing = visit.file_form()
    auditor = signed_in(person(visit.site, "auditor"))
    latest, first = lines(auditor, verb="answer_form")
    assert "Respiratory depression: No" in first.content
    assert "Why answered again: Read once more" in latest.content
    (filed,) = lines(auditor, verb="file_form")
    assert "Reference: FAX-0042" in filed.content
    assert not {text for text in (filing.digest, "{", visit.patient.mrn) if text in filed.content}
