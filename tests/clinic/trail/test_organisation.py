"""Signing in, roles, passwords and sites stand on chains of their own."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from clinic.models import ChainHead, Membership, Site, Staff, TrailEntry
from clinic.trail.chain import ORGANISATION
from monitoring import actions
from monitoring.proof.verify import verify
from monitoring.rules.protocol import SPRAVATO_US
from tests.clock import TestClock
from tests.factories.logged import delete, insert, save
from tests.factories.people import PASSWORD, SiteFactory, StaffFactory, person
from tests.factories.second_factors import App
from tests.factories.visits import dosed

pytestmark = pytest.mark.django_db


def logged(chain: UUID) -> list[str]:
    return list(
        TrailEntry.objects.filter(chain=chain).order_by("seq").values_list("verb", flat=True)
    )


def last(chain: UUID) -> TrailEntry:
    return TrailEntry.objects.filter(chain=chain).latest("seq")


@pytest.fixture
def nurse(db: None) -> Staff:
    return person(SiteFactory.create(), "nurse", username="rosa")


def sign_in(client: Client, **given: str) -> Any:
    return client.post("/sign-in/", {"login": "rosa", "password": PASSWORD} | given)


def test_signing_in_and_out_are_logged_with_the_device(nurse: Staff) -> None:
    client = Client()
    sign_in(client)
    assert last(nurse.pk).actor == nurse
    client.get("/")
    client.post("/sign-out/")
    assert logged(nurse.pk)[-2:] == ["sign_in", "sign_out"]
    assert last(nurse.pk).actor == nurse
    assert last(nurse.pk).device == client.cookies["device"].value.split(":")[0]


def test_a_wrong_password_is_logged_on_the_persons_chain(nurse: Staff) -> None:
    sign_in(Client(), password="guess")
    assert logged(nurse.pk)[-1] == "sign_in_failed"
    assert "guess" not in last(nurse.pk).payload


def test_a_wrong_password_to_confirm_is_logged_apart_from_one_at_the_door(nurse: Staff) -> None:
    client = Client()
    sign_in(client)
    client.post("/account/confirm/", {"password": "guess"})
    assert logged(nurse.pk)[-1] == "confirm_failed"
    assert last(nurse.pk).actor == nurse
    assert "guess" not in last(nurse.pk).payload


def test_a_wrong_second_factor_is_logged_by_its_kind_and_without_an_actor(nurse: Staff) -> None:
    """Who guesses codes knows the password, and may be anyone."""
    App(nurse)
    client = Client()
    sign_in(client)
    client.post("/sign-in/code/", {"code": "135790"})
    assert logged(nurse.pk)[-1] == "second_factor_failed"
    assert json.loads(last(nurse.pk).payload)["detail"] == {"type": "totp"}
    assert last(nurse.pk).actor is None
    assert "135790" not in last(nurse.pk).payload


def test_an_unknown_name_is_logged_without_the_name(nurse: Staff) -> None:
    """People type their password into the wrong field."""
    sign_in(Client(), login="my password by mistake")
    assert logged(ORGANISATION)[-1] == "sign_in_failed"
    assert "mistake" not in last(ORGANISATION).payload


def test_a_name_that_is_no_text_is_logged_too(nurse: Staff) -> None:
    assert authenticate(None, username=None, password="x") is None
    assert authenticate(None, username="x" * 500, password="x") is None


def test_roles_are_logged_when_given_and_when_taken(nurse: Staff) -> None:
    role = insert(Membership(staff=nurse, site=SiteFactory.create(), role="clinician"))
    key = str(role.pk)
    given = json.loads(last(nurse.pk).payload)["rows"]["membership"][key]
    assert given["role"] == "clinician"
    delete(role)
    assert logged(nurse.pk)[-2:] == ["change_roles", "change_roles"]
    assert json.loads(last(nurse.pk).payload)["rows"]["membership"] == {key: None}


def test_a_password_is_logged_as_changed_and_never_as_itself(nurse: Staff) -> None:
    before = json.loads(last(nurse.pk).payload)
    nurse.set_password("an entirely new one")
    save(nurse)
    after = json.loads(last(nurse.pk).payload)["rows"]["staff"][str(nurse.pk)]
    assert logged(nurse.pk)[-1] == "amend_contact"
    assert nurse.password not in json.dumps(after)
    assert "password" not in after
    assert before != after


def test_signing_in_alone_changes_no_person(nurse: Staff) -> None:
    sign_in(Client())
    assert logged(nurse.pk)[-1] == "sign_in"
    assert logged(nurse.pk).count("sign_in") == 1


def test_a_site_is_logged_with_each_change() -> None:
    site: Site = SiteFactory.create()
    site.rems_certified_on = None
    save(site)
    assert logged(ORGANISATION)[-2:] == ["open_site", "amend_site"]


def test_a_protocol_is_logged_by_its_publisher_or_the_organisation(nurse: Staff) -> None:
    site = SiteFactory.create()
    actions.publish_protocol(SPRAVATO_US, site=site)
    actions.publish_protocol(SPRAVATO_US, site=site, by=nurse)
    assert logged(ORGANISATION)[-1] == "publish_protocol"
    assert logged(nurse.pk)[-1] == "publish_protocol"


def test_a_change_that_is_taken_back_leaves_no_entry(nurse: Staff) -> None:
    from django.db import transaction

    before = logged(nurse.pk)
    with transaction.atomic():
        nurse.first_name = "Other"
        save(nurse)
        transaction.set_rollback(True)
    assert logged(nurse.pk) == before


def test_a_change_below_the_model_is_found_by_verification(nurse: Staff) -> None:
    Staff.objects.filter(pk=nurse.pk).update(is_superuser=True)
    words = [p.words for p in verify().problems]
    assert any("was changed: is_superuser" in w for w in words)


def test_a_verb_is_logged_with_who_did_it_when_and_every_field(clock: TestClock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=5)
    reading = visit.read(systolic=131)
    entry = last(visit.id)
    row = json.loads(entry.payload)["rows"]["reading"][str(reading.pk)]
    assert (entry.verb, entry.actor, entry.at) == ("record_reading", visit.nurse, clock.now())
    assert set(row) == {f.attname for f in type(reading)._meta.local_concrete_fields}
    assert row["systolic"] == 131
    changed = json.loads(entry.payload)["rows"]["session"][str(visit.id)]
    assert changed["last_seq"] == visit.session.last_seq
    head = ChainHead.objects.get(pk=visit.id)
    assert (head.count, head.digest) == (entry.seq, entry.digest)


def test_what_is_refused_leaves_no_entry(clock: TestClock) -> None:
    visit = dosed(clock)
    before = logged(visit.id)
    with pytest.raises(actions.Refused):
        visit.leave()
    same = visit.read()
    assert visit.read(id=same.pk) == same
    assert logged(visit.id) == [*before, "record_reading"]


def test_everyone_who_was_only_added_verifies() -> None:
    StaffFactory.create()
    assert [p for p in verify().problems if "staff" in p.words] == []
