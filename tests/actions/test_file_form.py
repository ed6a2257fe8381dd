"""That a monitoring form was filed, and what the record says otherwise since."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import TrailEntry
from clinic.trail.replay import payload
from monitoring.models import FormFiling, Session
from monitoring.models.filled_form import digest_of, form_of
from monitoring.proof.verify import verify
from monitoring.reports.form_state import form_state, in_form_state, told
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.mending import correct_dose
from tests.actions.refusals import refused
from tests.clock import TestClock
from tests.factories.forms_to_file import to_file
from tests.factories.logged import save
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged, dosed, observed

pytestmark = pytest.mark.django_db


def problems(visit: Visit) -> list[str]:
    """What verification finds on the session's chain."""
    return [p.words for p in verify(visit.id).problems if str(visit.id) in p.subject]


def changed(visit: Visit) -> set[str]:
    return {now.field.key for now, _was in visit.form.changed}


def test_a_filed_form_keeps_who_when_how_and_an_exact_copy_on_the_chain(clock: TestClock) -> None:
    visit = discharged(clock)
    visit.answer_form()
    form = visit.form
    made = visit.file_form(gaps_reason="Entered by hand")
    assert (made.recorded_by, made.printed_name) == (visit.clinician, visit.clinician.printed_name)
    assert (made.way, made.reference, made.revision) == ("fax", "FAX-0042", form.revision.key)
    assert (made.copy, made.digest) == (form.copy, digest_of(form.copy))
    fields = json.loads(made.copy)["fields"]
    assert fields["last_name"] == visit.patient.family_name
    assert set(fields) == {f.field.key for f in form.fields if f.standing != "by_hand"}
    last = TrailEntry.objects.filter(chain=visit.id).latest("seq")
    assert payload(last)["rows"]["formfiling"][str(made.pk)]["copy"] == form.copy
    assert problems(visit) == []
    assert form_state(visit.session, clock.now()) == "filed"


def test_a_form_is_due_from_the_first_device_on_until_it_is_filed(clock: TestClock) -> None:
    visit = dosed(clock)
    due = visit.session.form_due_at
    assert due
    assert form_state(visit.session, clock.now()) == "due"
    assert form_state(visit.session, due) == "overdue"
    assert [(row.state, row.left) for row in to_file(visit.site, clock.now())] == [("due", 7)]
    later = due + timedelta(days=2)
    assert [(row.state, row.left) for row in to_file(visit.site, later)] == [("overdue", -3)]
    assert (told(visit.site, clock.now()).soon, told(visit.site, later).overdue) == (0, 1)
    assert told(visit.site, due - timedelta(days=5)).soon == 1


@pytest.mark.parametrize("how", ["transferred", "against_advice", "left_unseen"])
def test_who_left_early_has_a_form_too(clock: TestClock, how: str) -> None:
    visit = observed(clock)
    visit.leave(how)
    assert form_state(visit.session, clock.now()) == "due"
    visit.answer_form()
    visit.file_form()
    assert form_state(visit.session, clock.now()) == "filed"


def test_an_inpatient_and_an_infusion_have_none(clock: TestClock) -> None:
    inpatient = dosed(clock, site=SiteFactory.create(is_inpatient=True))
    infusion = dosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    for visit in (inpatient, infusion):
        assert form_state(visit.session, clock.now()) == "none"


def test_a_session_that_goes_on_is_not_filed(clock: TestClock) -> None:
    with refused("wrong_phase"):
        observed(clock).file_form()


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"way": "pigeon"}, "required", "way"),
        ({"reference": " "}, "required", "reference"),
        ({"filed_on": None}, "required", "filed_on"),
        ({"gaps_reason": " "}, "form_has_gaps", "gaps_reason"),
        ({"seen": "0" * 64}, "form_moved", ""),
        ({"monitor_id": uuid7()}, "not_an_observer", "monitor"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    clock: TestClock, given: dict[str, Any], code: str, field: str
) -> None:
    visit = discharged(clock)
    with refused(code, field):
        visit.file_form(**given)


@pytest.mark.parametrize(("days", "code"), [(1, "filed_to_come"), (-1, "filed_before_treatment")])
def test_it_is_filed_between_the_treatment_and_today(
    clock: TestClock, days: int, code: str
) -> None:
    visit = discharged(clock)
    today = clock.now().astimezone(visit.site.tz).date()
    with refused(code, "filed_on"):
        visit.file_form(filed_on=today + timedelta(days=days))


def test_it_names_who_took_the_last_set_unless_another_is_chosen(clock: TestClock) -> None:
    visit = discharged(clock)
    assert visit.form.monitor == visit.nurse
    session = Session.objects.whole(visit.id)
    assert session
    other = person(visit.site, "nurse")
    form = form_of(session, other)
    assert form
    made = visit.file_form(monitor_id=other.pk, seen=digest_of(form.copy))
    assert (made.monitor, made.monitor_name) == (other, other.printed_name)
    assert changed(visit) == set()


def test_sent_twice_it_is_one(clock: TestClock) -> None:
    visit, same = discharged(clock), uuid7()
    assert visit.file_form(id=same) == visit.file_form(id=same)
    assert FormFiling.objects.count() == 1


def test_an_amended_patient_is_a_new_task_until_it_is_filed_again(clock: TestClock) -> None:
    visit = discharged(clock)
    first = visit.file_form()
    visit.amend_patient(telephone="555 0199")
    assert form_state(visit.session, clock.now()) == "filed"
    visit.amend_patient(family_name="Ziegler")
    assert changed(visit) == {"last_name"}
    assert form_state(visit.session, clock.now()) == "changed"
    assert problems(visit) == []
    assert [row.state for row in to_file(visit.site, clock.now())] == ["changed"]
    visit.file_form(reference="FAX-0043")
    assert changed(visit) == set()
    assert form_state(visit.session, clock.now()) == "filed"
    assert list(FormFiling.objects.values_list("reference", flat=True)) == ["FAX-0042", "FAX-0043"]
    assert FormFiling.objects.get(pk=first.pk).copy == first.copy


def test_a_late_reading_a_correction_and_a_strike_change_what_they_measured(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    visit.file_form()
    last = visit.session.reading_set.last()
    assert last
    visit.read(taken_at=last.taken_at + timedelta(minutes=1), systolic=131, spo2=90)
    assert changed(visit) == {"pressure_end", "oximetry"}
    assert form_state(visit.session, clock.now()) == "changed"
    visit.file_form()
    late = visit.session.reading_set.last()
    assert late
    struck = visit.strike(late)
    if struck.needs_confirmation:
        visit.confirm(struck)
    assert changed(visit) == {"pressure_end", "oximetry"}


def test_a_dose_that_is_corrected_changes_its_fields_and_the_form_is_to_be_filed_again(
    clock: TestClock,
) -> None:
    visit = discharged(clock)
    visit.file_form()
    assert to_file(visit.site, clock.now()) == []
    correct_dose(visit, visit.nurse)
    assert changed(visit) == {"lot_numbers"}
    assert [row.state for row in to_file(visit.site, clock.now())] == ["changed"]
    visit.file_form()
    assert changed(visit) == set()
    assert to_file(visit.site, clock.now()) == []


def test_what_the_form_does_not_ask_about_changes_nothing(clock: TestClock) -> None:
    visit = discharged(clock)
    visit.file_form()
    visit.amend()
    visit.call()
    assert form_state(visit.session, clock.now()) == "filed"
    assert changed(visit) == set()


def test_the_settings_own_details_are_asked_about_until_the_last_day(clock: TestClock) -> None:
    visit = discharged(clock)
    visit.file_form()
    visit.site.city, visit.nurse.email = "Springfield", "new@example.org"
    save(visit.site)
    save(visit.nurse)
    assert changed(visit) == {"city", "monitor_email"}
    due, sessions = visit.session.form_due_at, Session.objects.at(visit.site)
    assert due
    last = due - timedelta(minutes=1)
    assert in_form_state(sessions, visit.site, "changed", last).count() == 1
    assert in_form_state(sessions, visit.site, "filed", last).count() == 0
    assert in_form_state(sessions, visit.site, "changed", due).count() == 0
    assert in_form_state(sessions, visit.site, "filed", due).count() == 1


def test_each_session_is_in_one_state(clock: TestClock) -> None:
    visit = discharged(clock)
    for build in (dosed, discharged):
        build(clock, site=visit.site)
    filed = discharged(clock, site=visit.site)
    filed.file_form()
    planned = Visit(clock, site=visit.site)
    now = clock.now() + timedelta(days=30)
    sessions = Session.objects.at(visit.site)
    found = {
        state: set(in_form_state(sessions, visit.site, state, now).values_list("pk", flat=True))
        for state in ("none", "due", "overdue", "filed", "changed")
    }
    assert found["none"] == {planned.id}
    assert (found["filed"], found["changed"], found["due"]) == ({filed.id}, set(), set())
    assert len(found["overdue"]) == 3


def test_a_session_that_had_ended_before_forms_were_kept_has_none(clock: TestClock) -> None:
    """As a session stands that was recorded by an older version."""
    visit = discharged(clock)
    Session.objects.filter(pk=visit.id).update(form_due_at=None)
    visit.read()
    assert form_state(visit.session, clock.now()) == "none"
    with refused("no_form"):
        visit.file_form()
