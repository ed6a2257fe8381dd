"""Sites are separate: whatever is asked for by a name or id of another site is not there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from clinic import sign_ins
from clinic.models import Membership, Staff
from tests.clock import TestClock
from tests.factories.logged import insert
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, discharged

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]


@pytest.fixture
def sites(clock: TestClock) -> tuple[Visit, Visit]:
    """A session that ended at the own site, and one at another, each read by its nurse."""
    own = SiteFactory.create(name="Own")
    other = SiteFactory.create(name="Other")
    visits = []
    for site, mrn, name in ((own, "OWN-1", "Ownsdale"), (other, "OTHER-1", "Elsewhere")):
        patient = PatientFactory.create(site=site, mrn=mrn, family_name=name)
        visits.append(discharged(clock, site=site, patient=patient))
        client = Client()
        client.force_login(visits[-1].nurse)
        client.get(f"/sessions/{visits[-1].id}/")
    return visits[0], visits[1]


@pytest.fixture
def administrator(sites: tuple[Visit, Visit], signed_in: Signer) -> Client:
    return signed_in(person(sites[0].site, "administrator"))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.getvalue().decode()


@pytest.mark.parametrize("words", ["OTHER-1", "Elsewhere", "else", ""])
def test_a_search_for_patients_finds_none_of_another_site(
    sites: tuple[Visit, Visit], signed_in: Signer, words: str
) -> None:
    for staff in (sites[0].nurse, person(sites[0].site, "auditor")):
        shown = text(signed_in(staff), f"/patients/?q={words}")
        assert "ELSEWHERE" not in shown
        assert str(sites[1].patient.pk) not in shown


def test_the_register_knows_no_session_or_prescriber_of_another_site(
    sites: tuple[Visit, Visit], administrator: Client
) -> None:
    own, other = sites
    assert str(other.id) not in text(administrator, "/sessions/")
    answer = administrator.get(f"/sessions/?prescriber={other.clinician.pk}")
    assert "prescriber" in answer.context["filter"].form.errors
    assert str(other.id) not in answer.content.decode()
    assert other.clinician.last_name not in text(administrator, "/sessions/")
    assert str(own.id) in text(administrator, f"/sessions/?prescriber={own.clinician.pk}")


@pytest.mark.parametrize("path", ["/sessions.csv", "/readings.csv"])
def test_what_is_exported_is_of_the_own_site(
    sites: tuple[Visit, Visit], administrator: Client, path: str
) -> None:
    own, other = sites
    exported = text(administrator, path)
    assert str(own.id) in exported
    assert str(other.id) not in exported


@pytest.mark.parametrize("path", ["/access/", "/access.csv"])
def test_the_access_log_and_its_export_know_no_one_of_another_site(
    sites: tuple[Visit, Visit], administrator: Client, path: str
) -> None:
    other = sites[1]
    asked = (
        "?since=2020-01-01", "?patient=OTHER-1", "?patient=Elsewhere", f"?session={other.id}",
        f"?staff={other.nurse.pk}", f"?patient={other.patient.pk}",
    )  # fmt: skip
    for query in asked:
        shown = text(administrator, path + query)
        assert "ELSEWHERE" not in shown, query
        # The address that was asked for stands in the page's own links.
        assert other.patient.mrn not in shown.replace(query, "") or "patient=" in query
    assert "OWNSDALE" in text(administrator, f"{path}?since=2020-01-01")


def test_the_access_log_does_not_say_whether_an_id_of_another_site_exists(
    sites: tuple[Visit, Visit], administrator: Client
) -> None:
    _own, other = sites
    for name, known in (("session", other.id), ("staff", other.nurse.pk)):
        said = []
        for pk in (known, UUID(int=7)):
            context = administrator.get(f"/access/?{name}={pk}").context
            said.append(str(context["filter"].form.errors).replace(str(pk), ""))
            assert context["lines"] == []  # A filter that is wrong shows nothing.
        assert said[0] == said[1]


def test_staff_and_sign_ins_of_another_site_are_neither_listed_nor_found(
    sites: tuple[Visit, Visit], administrator: Client
) -> None:
    own, other = sites
    for path in ("/staff/", "/staff/sign-ins/"):
        shown = text(administrator, path)
        assert own.nurse.printed_name in shown
        assert other.nurse.printed_name not in shown
    theirs = next(s for s in sign_ins.of_site(other.site) if s.staff == other.nurse)
    assert administrator.post(f"/staff/sign-ins/{theirs.id}/end/").status_code == 404
    assert administrator.get(f"/staff/{other.nurse.pk}/").status_code == 404
    assert administrator.post(f"/emergency/{other.nurse.pk}/end/").status_code == 404
    client = Client()
    client.cookies["sessionid"] = theirs.key
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("query", ["?site=", "?session__site=", "?patient__site="])
def test_a_parameter_that_no_page_knows_widens_nothing(
    sites: tuple[Visit, Visit], administrator: Client, query: str
) -> None:
    other = sites[1]
    for path in ("/sessions/", "/access/", "/patients/", "/staff/", "/staff/sign-ins/"):
        assert "ELSEWHERE" not in text(administrator, f"{path}{query}{other.site.pk}")


def test_a_person_of_both_sites_sees_of_each_only_its_own(
    sites: tuple[Visit, Visit], signed_in: Signer
) -> None:
    own, other = sites
    both: Staff = person(own.site, "administrator")
    insert(Membership(staff=both, site=other.site, role="administrator"))
    client = signed_in(both)
    for here, there in ((own, other), (other, own)):
        client.post("/site/", {"site": str(here.site.pk)})
        for path in ("/sessions/", "/access/?since=2020-01-01", "/patients/"):
            shown = text(client, path)
            assert here.patient.family_name.upper() in shown
            assert there.patient.family_name.upper() not in shown
        assert client.get(f"/sessions/{there.id}/").status_code == 404
