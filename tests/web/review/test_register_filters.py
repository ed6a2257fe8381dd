"""The register's filters of people, place and what came later, and its pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.http import QueryDict
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Site
from clinic.pages import keyset
from monitoring.models import Session
from monitoring.models.register_indexes import DEVIATING, register_indexes
from monitoring.reports.register import NEWEST, ORDERS
from monitoring.web.review import register_filter
from monitoring.web.review.register_filter import VIEWS, Register
from tests.clock import TestClock
from tests.engine import USES_POSTGRESQL
from tests.factories.people import SiteFactory
from tests.factories.record import PatientFactory
from tests.factories.visits import discharged, observed, planned
from tests.web.review.conftest import made, shown

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


def test_sessions_are_found_by_patient_nurse_room_and_dose(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    accented = made(clock, site, observed, family_name="Muñoz")
    other = made(clock, site, observed)
    Session.objects.filter(pk=accented.id).update(room="Chair 3")
    elsewhere = made(clock, SiteFactory.create(), observed, family_name="Munoz")

    assert shown(auditor, patient="munoz") == [accented.id]
    assert shown(auditor, patient=other.patient.mrn) == [other.id]
    assert shown(auditor, patient=elsewhere.patient.mrn) == []
    assert shown(auditor, nurse=accented.nurse.pk) == [accented.id]
    assert shown(auditor, room=" Chair 3 ") == [accented.id]
    assert set(shown(auditor, given="56")) == {accented.id, other.id}
    assert shown(auditor, given="84") == []
    assert '<option value="Chair 3">' in auditor.get("/sessions/").content.decode()


def test_a_whole_mrn_finds_its_patient_and_a_part_of_it_all_that_begin_so(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    short, long = (
        planned(clock, site=site, patient=PatientFactory.create(site=site, mrn=mrn))
        for mrn in ("QX7", "QX71")
    )
    elsewhere = PatientFactory.create(site=SiteFactory.create(), mrn="QX")
    planned(clock, site=elsewhere.site, patient=elsewhere)
    assert shown(auditor, patient=" qx7 ") == [short.id]
    assert set(shown(auditor, patient="qx")) == {short.id, long.id}


def test_sessions_are_found_that_were_amended_or_wait_for_a_clinician(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    made(clock, site, discharged)
    stated, late = made(clock, site, discharged), made(clock, site, discharged)
    put_right = made(clock, site, discharged)
    for _ in range(2):
        stated.amend()
    put_right.correct(put_right.session.reading_set.latest("seq"), systolic=133)
    reading = late.read(None, late_reason="Battery empty")
    assert reading.after_departure

    assert set(shown(auditor, amended="yes")) == {stated.id, put_right.id}
    assert set(shown(auditor, review="waiting")) == {late.id, put_right.id}


def test_what_is_looked_for_every_day_has_a_name(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    for words, query in VIEWS:
        answer = auditor.get(f"/sessions/?{query}")
        form = answer.context["filter"].form
        assert form.errors == {}
        assert [name for name in form.data if form.cleaned_data[name]], words
        assert re.search(f'{query}" aria-current="true">{words}', answer.content.decode())


def test_sessions_are_found_by_kind_of_deviation_flag_and_adverse_event(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    made(clock, site, discharged)
    left, high, ill = (made(clock, site, observed) for _ in range(3))
    left.leave("against_advice")
    high.read(None, systolic=200, diastolic=110)
    ill.event("adverse_event", is_serious=False, onset_at=clock.now(), detail="Vomited")

    assert shown(auditor, kind="against_advice") == [left.id]
    assert shown(auditor, flag="systolic_emergency") == [high.id]
    assert shown(auditor, adverse="adverse_event") == [ill.id]
    assert shown(auditor, adverse="adverse_event", flag="systolic_emergency") == []


def test_sessions_are_found_by_where_their_monitoring_form_stands(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    late = made(clock, site, discharged)
    clock.forward(minutes=60 * 24 * 8)
    due, filed, changed = (made(clock, site, discharged) for _ in range(3))
    none = made(clock, site)
    filed.file_form()
    changed.file_form()
    changed.read(None, late_reason="Battery empty", systolic=131)
    found = {state: shown(auditor, form=state) for state in ("due", "overdue", "changed", "filed")}
    assert found == {
        "due": [due.id], "overdue": [late.id], "changed": [changed.id], "filed": [filed.id]
    }  # fmt: skip
    assert shown(auditor, form="none") == [none.id]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"nurse": "nonsense"}, "nurse"), ({"given": "much"}, "given"), ({"given": "-1"}, "given"),
     ({"kind": "none"}, "kind"), ({"flag": "x"}, "flag"), ({"adverse": "no"}, "adverse"),
     ({"amended": "no"}, "amended"), ({"form": "lost"}, "form"), ({"review": "maybe"}, "review")],
)  # fmt: skip
def test_while_one_of_them_is_wrong_nothing_is_shown_or_exported(
    clock: TestClock, site: Site, auditor: Client, asked: dict[str, str], field: str
) -> None:
    made(clock, site)
    for path in ("/sessions/", "/sessions.csv", "/sessions.xlsx"):
        answer = auditor.get(path, asked)
        assert set(answer.context["filter"].form.errors) == {field}
        assert answer.context["sessions"] == []


@pytest.fixture
def many(clock: TestClock, site: Site) -> list[Any]:
    """Some with equal dates, equal names and equal numbers, and one that was not measured."""
    namesakes = [PatientFactory.create(site=site, family_name="Lee") for _ in range(3)]
    for index in range(9):
        if index % 2:
            clock.forward(minutes=7)
        visit = planned(clock, site=site, patient=namesakes[index % 3])
        peak = (None, 120, 150)[index * 5 % 3]
        Session.objects.filter(pk=visit.id).update(deviation_count=index % 2, peak_systolic=peak)
    return list(Session.objects.at(site).values_list("pk", flat=True))


@pytest.mark.parametrize("sort", ORDERS)
def test_pages_forward_and_back_show_each_row_once_in_the_one_order(
    many: list[Any], site: Site, sort: str
) -> None:
    found, order = Session.objects.at(site), ORDERS[sort]
    whole = [s.pk for s in order.of(found)]
    assert sorted(whole) == sorted(many)
    pages: list[Any] = []
    asked: dict[str, str] = {}
    while True:
        pages.append(keyset.page(found, order, asked, 2, among=found))
        if pages[-1].after is None:
            break
        asked = {"after": str(pages[-1].after)}
    assert [s.pk for page in pages for s in page.rows] == whole
    assert pages[0].before is None
    back = [page.rows for page in pages[:-1]]
    while back:
        last = keyset.page(
            found, order, {"before": str(pages[len(back)].rows[0].pk)}, 2, among=found
        )
        assert last.rows == back.pop()
        assert (last.before is None) == (not back)
        assert last.after is not None


def test_a_session_of_another_site_is_no_place_to_go_on_from(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    own = made(clock, site)
    clock.forward(minutes=60)
    other = planned(clock)
    assert shown(auditor, before=own.id) == []
    assert shown(auditor, after=other.id) == [own.id] == shown(auditor, before=other.id)


def test_what_is_planned_meanwhile_moves_no_page(
    clock: TestClock, many: list[Any], site: Site
) -> None:
    found, order = Session.objects.at(site), ORDERS[NEWEST]
    first = keyset.page(found, order, {}, 3, among=found)
    second = keyset.page(found, order, {"after": str(first.after)}, 3, among=found)
    clock.forward(minutes=60)
    planned(clock, site=site, patient=PatientFactory.create(site=site))
    assert (
        keyset.page(found, order, {"after": str(first.after)}, 3, among=found).rows == second.rows
    )


def test_the_count_ends_beyond_the_most_that_is_counted(
    many: list[Any], auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyset, "MOST_COUNTED", 9)
    assert "9 sessions, as of" in auditor.get("/sessions/").content.decode()
    monkeypatch.setattr(keyset, "MOST_COUNTED", 8)
    page = auditor.get("/sessions/").content.decode()
    assert "More than 8 sessions, as of" in page


@pytest.mark.skipif(USES_POSTGRESQL, reason="a small table is read whole there, and rightly")
@pytest.mark.parametrize("sort", ORDERS)
def test_each_order_goes_to_its_page_by_an_index(many: list[Any], site: Site, sort: str) -> None:
    order = ORDERS[sort]
    found = Session.objects.at(site).filter(patient__site=site)
    deep = order.of(order.beyond(found, found.filter(pk=many[0]), is_reversed=False))[:26]
    plan = deep.explain()
    assert "SCAN" not in plan, plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


@pytest.mark.skipif(USES_POSTGRESQL, reason="a small table is read whole there, and rightly")
def test_the_place_among_namesakes_is_found_by_their_index(many: list[Any], site: Site) -> None:
    order, found = ORDERS["patient"], Session.objects.at(site).filter(patient__site=site)
    plan = order.of(order.beyond(found, found.filter(pk=many[0]), is_reversed=False))[:26].explain()
    assert "patient_by_name (site_id=? AND (family_name,given_name,mrn)>(?,?,?))" in plan, plan


@pytest.mark.skipif(USES_POSTGRESQL, reason="a small table is read whole there, and rightly")
@pytest.mark.parametrize("sort", [NEWEST, "planned_for"])
@pytest.mark.parametrize(
    ("name", "code"),
    [("kind", "against_advice"), ("flag", "systolic_emergency"), ("adverse", "adverse_event"),
     ("amended", "yes"), ("signature", "no"), ("behind", "struck")],
)  # fmt: skip
def test_the_sessions_of_a_tag_are_paged_by_the_index_of_tags(
    many: list[Any], site: Site, name: str, code: str, sort: str
) -> None:
    here = Session.objects.at(site)
    chosen = register(site, **{name: code}, sort=sort)
    place = here.filter(pk=many[0])
    deep = chosen.order.beyond(chosen.qs, place, is_reversed=False)
    plan = chosen.order.of(deep)[:26].explain()
    assert "tag_by_date (site_id=? AND kind=? AND code=? AND (planned_for,session_id)" in plan, plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan


@pytest.mark.skipif(not USES_POSTGRESQL, reason="SQLite holds a row's number in every index")
def test_what_two_filters_have_in_common_is_found_by_their_indexes_alone(site: Site) -> None:
    """Where they never meet all of both are read, and no row is looked at for that."""
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "nestloop"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    flag = {"flag": "systolic_emergency"}
    tags = register(site, **flag, adverse="adverse_event").qs.order_by().values("pk").explain()
    assert tags.count("Index Only Scan using tag_by_date") == 2, tags
    signed = register(site, **flag, signature="no").qs.order_by().values("pk").explain()
    assert signed.count("Index Only Scan using tag_by_date") == 2, signed


def test_the_pages_of_a_tag_show_each_of_its_sessions_once(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    at_one_time = [made(clock, site, observed) for _ in range(3)]
    clock.forward(minutes=60)
    later = [made(clock, site, observed) for _ in range(2)]
    elsewhere = made(clock, SiteFactory.create(), observed)
    for visit in (*at_one_time, *later, elsewhere):
        visit.read(None, systolic=200, diastolic=110)
    asked = {"flag": "systolic_emergency", "adverse": ""}
    whole = shown(auditor, **asked)
    assert sorted(whole) == sorted(visit.id for visit in (*at_one_time, *later))
    for sort in ORDERS:
        chosen = register(site, **asked, sort=sort)
        first = keyset.page(chosen.qs, chosen.order, {}, 2, among=Session.objects.at(site))
        rest = shown(auditor, **asked, sort=sort, after=first.after)
        assert [*(s.pk for s in first.rows), *rest] == shown(auditor, **asked, sort=sort)


@pytest.mark.parametrize(
    "asked",
    [{"flag": "systolic_emergency"}, {"behind": "systolic_rise"}, {"behind": "dosed"}],
)
@pytest.mark.parametrize("among", [{"room": "Chair 3"}, {}])
@pytest.mark.parametrize("sort", ORDERS)
def test_filters_show_the_same_however_many_are_put_in_order_once_found(
    clock: TestClock,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    asked: dict[str, str],
    among: dict[str, str],
    sort: str,
) -> None:
    for number in range(5 if among else 4):
        visit = made(clock, site, observed)
        visit.read(None, systolic=200 + number % 3, diastolic=80)
        Session.objects.filter(pk=visit.id).update(room="Chair 3" if number else "Chair 4")
        visit.leave("against_advice")
    shown = []
    for few in (0, 4):
        monkeypatch.setattr(register_filter, "FEW", few)
        chosen = register(site, **asked, **among, sort=sort)
        first = chosen.page({}, 3)
        second = chosen.page({"after": str(first.after)}, 3)
        back = chosen.page({"before": str(second.rows[0].pk)}, 3)
        assert back.rows == first.rows
        assert keyset.counted(chosen.counted) == 4
        shown.append([s.pk for s in (*first.rows, *second.rows)])
    assert len(set(shown[0])) == 4
    assert shown[0] == shown[1] == [s.pk for s in chosen.order.of(chosen.qs)]


def test_a_tag_and_a_line_of_the_overview_are_found_in_a_period(
    clock: TestClock, site: Site
) -> None:
    visits = []
    for _ in range(3):
        visits.append(made(clock, site, observed))
        visits[-1].leave("against_advice")
        clock.forward(minutes=60 * 24)
    day = str(visits[1].session.planned_for.astimezone(site.tz).date())
    for asked in ({"kind": "against_advice"}, {"behind": "against_advice"}):
        chosen = register(site, **asked, since=day, until=day)
        assert [s.pk for s in chosen.page({}, 2).rows] == [visits[1].id]
        assert keyset.counted(chosen.counted) == 1


def register(site: Site, **asked: str) -> Register:
    query = QueryDict(mutable=True)
    query.update(asked)
    return Register(query, queryset=Session.objects.at(site), site=site)


EACH: dict[str, Any] = {
    "prescriber": Q(prescriber=uuid7()),
    "observer": Q(observer=uuid7()),
    "room": Q(room="Chair 3"),
    "given": Q(given_mg=56),
    "outcome": Q(outcome="transferred"),
    "deviations": Q(deviation_count=0),
    "deviating": DEVIATING,
    "signed": Q(standing_clearance__isnull=False),
    "formless": Q(form_due_at=None, form_filed_seq=None),
}


def test_there_is_no_index_but_for_a_filter_or_an_order() -> None:
    names = {index.name.removeprefix("register_") for index in register_indexes()}
    assert names == {*EACH, "peak"}


@pytest.mark.skipif(USES_POSTGRESQL, reason="a small table is read whole there, and rightly")
@pytest.mark.parametrize("name", EACH)
def test_each_filter_finds_the_latest_by_an_index_of_its_own(
    many: list[Any], site: Site, name: str
) -> None:
    plan = ORDERS[NEWEST].of(Session.objects.at(site).filter(EACH[name]))[:26].explain()
    assert f"register_{name}" in plan, plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan, plan
