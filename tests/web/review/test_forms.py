"""Pages of the monitoring form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from clinic.ids import uuid7
from monitoring.models import AccessEntry, FormAnswers, FormFiling
from monitoring.proof.reads import patients_of
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged, dosed, observed, planned

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_clinic_without_sessions_is_told_when_forms_come(signed_in: Signer) -> None:
    site = SiteFactory.create()
    page = text(signed_in(person(site, "administrator")), "/forms/")
    assert "No form is to be filed." in page
    assert "with the first device of each outpatient session" in page


def test_the_list_has_what_is_to_be_filed_the_most_overdue_first(
    clock: TestClock, signed_in: Signer
) -> None:
    first = discharged(clock)
    clock.forward(minutes=60 * 24 * 5)
    second = discharged(clock, site=first.site)
    planned(clock, site=first.site)
    clock.forward(minutes=60 * 24 * 4)
    administrator = signed_in(person(first.site, "administrator"))
    page = text(administrator, "/forms/")
    assert page.index(f"/sessions/{first.id}/form/") < page.index(f"/sessions/{second.id}/form/")
    assert ("Overdue by 2 days" in page, "3 days left" in page) == (True, True)
    assert "1 monitoring form is overdue." in text(administrator, "/sessions/")
    assert "1 monitoring form is overdue." in text(signed_in(first.clinician), "/")
    assert "monitoring form is overdue" not in text(signed_in(first.nurse), "/")
    listed = AccessEntry.objects.filter(page="form-list", action="listed")
    assert patients_of(listed) == {first.patient.pk, second.patient.pk}


def test_a_form_is_told_where_they_begin_on_days_3_5_and_6_on_the_last_and_daily_when_overdue(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    administrator, clinician = person(visit.site, "administrator"), visit.clinician
    told = []
    for day in range(12):
        found = {
            word
            for who, path in ((administrator, "/sessions/"), (clinician, "/"))
            for word in ("is due soon", "is overdue")
            if f"1 monitoring form {word}." in text(signed_in(who), path)
        }
        told += [(day, word) for word in found]
        assert visit.patient.mrn in text(signed_in(administrator), "/forms/")
        clock.forward(minutes=60 * 24)
    soon, overdue = [(day, "is due soon") for day in (3, 5, 6, 7)], range(8, 12)
    assert told == soon + [(day, "is overdue") for day in overdue]


def test_a_session_still_open_on_the_seventh_day_says_to_end_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=60 * 24 * 8)
    administrator = signed_in(person(visit.site, "administrator"))
    assert "Still open: end it first" in text(administrator, "/forms/")
    assert "This session is still open." in text(administrator, f"/sessions/{visit.id}/form/")


def test_the_form_names_each_missing_field_with_who_can_supply_it(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    page = text(signed_in(visit.nurse), f"/sessions/{visit.id}/form/")
    assert page.count('state-overdue">Missing') == len(visit.form.missing)
    assert f'href="/sessions/{visit.id}/form/answers/">the observer answers for the form' in page
    assert "an administrator amends the site" in page
    assert f'href="/patients/{visit.patient.pk}/">Patient' in page


def test_a_serious_adverse_event_is_told_before_all_fields(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock)
    told = "Check whether it was also reported to the REMS by telephone and to MedWatch."
    assert told not in text(signed_in(visit.nurse), f"/sessions/{visit.id}/form/")
    visit.event("adverse_event", is_serious=True, onset_at=clock.now(), detail="Fainted")
    page = text(signed_in(visit.nurse), f"/sessions/{visit.id}/form/")
    assert page.index(told) < page.index("Fainted, onset")


def test_a_filed_form_of_a_dose_that_was_struck_says_to_tell_the_rems(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    visit.file_form()
    for dose in visit.session.dose_set.all():
        visit.confirm(visit.strike(dose))
    assert visit.session.form_due_at is None
    clinician = signed_in(visit.clinician)
    assert "Tell the REMS." in text(clinician, f"/sessions/{visit.id}/form/")
    assert "Changed since it was filed" in text(clinician, "/forms/")


def test_no_form_is_said_where_none_is_asked_for(clock: TestClock, signed_in: Signer) -> None:
    visit = planned(clock)
    page = text(signed_in(visit.nurse), f"/sessions/{visit.id}/form/")
    assert "No monitoring form is asked for of this session." in page
    inpatient = dosed(clock, site=SiteFactory.create(is_inpatient=True))
    page = text(signed_in(inpatient.nurse), f"/sessions/{inpatient.id}/form/")
    assert "No monitoring form is asked for of this session." in page


def test_after_the_departure_the_observer_is_led_to_the_questions(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    nurse = signed_in(visit.nurse)
    assert "Answer for the monitoring form" in text(nurse, f"/sessions/{visit.id}/")
    path = f"/sessions/{visit.id}/form/answers/"
    page = text(nurse, path)
    assert ("Respiratory depression" in page, "checked" in page) == (True, False)
    answers = {"vitals_before": "yes", "vitals_end": "yes", "respiratory": "no"}
    short = nurse.post(path, {"id": str(uuid7()), **answers})
    assert short.status_code == 422
    assert short.context["form"].errors["pressure_increase"] == ["Answer this question."]
    whole = {"id": str(uuid7()), **answers, "pressure_increase": "yes"}
    assert nurse.post(path, {**whole, "pressure_increase_onset": "40"}).status_code == 302
    assert FormAnswers.objects.get().answers["pressure_increase_onset"] == 40
    again = text(nurse, f"/sessions/{visit.id}/")
    assert "Answer for the monitoring form" not in again
    assert "Answered for the monitoring form" in again
    assert "Why you answer again" in text(nurse, path)


def test_who_left_unsigned_and_was_not_ready_is_answered_so(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = observed(clock)
    visit.leave("against_advice")
    path = f"/sessions/{visit.id}/form/answers/"
    no = dict.fromkeys(("vitals_before", "vitals_end", "respiratory", "pressure_increase"), "no")
    sent = {"id": str(uuid7()), **no, "not_ready": "on"}
    assert signed_in(visit.nurse).post(path, sent).status_code == 302
    assert FormAnswers.objects.get().answers["ready_minutes"] == "not_ready"


def filing(client: Client, visit: Visit, **given: str) -> dict[str, str]:
    form = client.get(f"/sessions/{visit.id}/form/filed/").context["form"]
    return {
        "id": str(form["id"].value()),
        "seen": form["seen"].value(),
        "filed_on": "10-Mar-2026",
        "way": "portal",
        "reference": "P-17",
        "gaps_reason": "Not known",
        **given,
    }


def test_a_filed_form_is_read_back_as_it_was_filed(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    path = f"/sessions/{visit.id}/form/filed/"
    day = clock.now().astimezone(visit.site.tz).strftime("%d-%b-%Y")
    sent = filing(administrator, visit, filed_on=day)
    missing = administrator.post(path, {**sent, "reference": "", "way": ""})
    assert (missing.status_code, set(missing.context["form"].errors)) == (422, {"reference", "way"})
    assert administrator.post(path, sent).status_code == 302
    made = FormFiling.objects.get()
    was = visit.patient.family_name
    visit.amend_patient(family_name="Ziegler")
    page = text(administrator, f"/sessions/{visit.id}/form/")
    assert f"<td>{was}</td><td>Ziegler</td>" in page
    assert "Changed since it was filed" in text(administrator, "/forms/")
    copy = text(administrator, f"/sessions/{visit.id}/form/filed/{made.pk}/")
    said = copy[copy.index("this is not the official form") :]
    assert (f"<dd>{was}</dd>" in said, made.digest in said) == (True, True)
    assert "<dd>Ziegler" not in said
    now = text(administrator, f"/sessions/{visit.id}/form/print/")
    assert "<dd>Ziegler</dd>" in now
    assert "Prepared for the SPRAVATO REMS monitoring form, revision 11/2021" in now
    assert "Monitoring form filed" in text(administrator, f"/sessions/{visit.id}/report/")


def test_a_form_that_moved_meanwhile_is_shown_anew_and_then_filed(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = discharged(clock)
    administrator = signed_in(person(visit.site, "administrator"))
    day = clock.now().astimezone(visit.site.tz).strftime("%d-%b-%Y")
    sent = filing(administrator, visit, filed_on=day)
    visit.amend_patient(family_name="Ziegler")
    path = f"/sessions/{visit.id}/form/filed/"
    refused = administrator.post(path, sent)
    assert refused.status_code == 422
    assert "The form has changed since it was shown to you." in refused.content.decode()
    seen = refused.context["form"]["seen"].value()
    assert seen != sent["seen"]
    assert administrator.post(path, {**sent, "seen": seen}).status_code == 302


def test_another_person_may_be_named(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    other = person(visit.site, "nurse")
    administrator = signed_in(person(visit.site, "administrator"))
    path = f"/sessions/{visit.id}/form/filed/?monitor={other.pk}"
    form = administrator.get(path).context["form"]
    day = clock.now().astimezone(visit.site.tz).strftime("%d-%b-%Y")
    sent = filing(administrator, visit, filed_on=day, seen=form["seen"].value())
    assert administrator.post(path, sent).status_code == 302
    assert FormFiling.objects.get().monitor == other


def test_a_copy_for_paper_is_kept_as_printed(clock: TestClock, signed_in: Signer) -> None:
    visit = discharged(clock)
    auditor = signed_in(person(visit.site, "auditor"))
    shown = auditor.get(f"/sessions/{visit.id}/form/print/")
    at = shown.context["request"].shown.at.isoformat()
    assert auditor.post("/printed/", {"page": "form-print", "at": at}).status_code == 204
    kept = AccessEntry.objects.filter(page="form-print").values_list("action", flat=True)
    assert set(kept) == {"opened", "printed"}
    assert auditor.get(f"/sessions/{visit.id}/form/filed/").status_code == 403
    late = visit.session.form_due_at
    assert late
    assert late > clock.now() + timedelta(days=6)


def test_a_form_that_was_filed_after_its_last_day_is_told_and_counted(
    clock: TestClock, signed_in: Signer
) -> None:
    late, elsewhere = discharged(clock), discharged(clock)
    again = discharged(clock, site=late.site)
    again.file_form()
    clock.forward(minutes=60 * 24 * 9)
    late.file_form()
    again.amend_patient(family_name="Ziegler")
    again.file_form()
    elsewhere.file_form()
    auditor = signed_in(person(late.site, "auditor"))
    assert "Filed 2 days late" in text(auditor, f"/sessions/{late.id}/form/")
    # What is filed again once more has no last day.
    assert "late</span>" not in text(auditor, f"/sessions/{again.id}/form/")
    said = "1 of 2 filed monitoring forms was filed late"
    assert said in text(auditor, "/overview/")
