"""Who writes their own hash, role or second factor into the database signs in no one, and nothing.

Each case is written below the models, as who holds the database would, and the honest changes that
look like it are let through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.test import Client
from pytest_django import Settings

from clinic import actions
from clinic.actions.sessions import begin_shift
from clinic.models import Membership, Staff, TrailEntry
from clinic.signin.recorded import NOT_RECORDED, is_recorded
from clinic.trail import chain
from clinic.trail.person import fingerprint, person
from monitoring.actions import Refused
from monitoring.models import Clearance
from monitoring.proof.verify import verify
from tests.clock import TestClock
from tests.factories.logged import delete, insert, save
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD, PIN, SiteFactory, TabletFactory, on_tablet
from tests.factories.people import person as made
from tests.factories.second_factors import App
from tests.factories.visits import ready_to_sign
from tests.guards.raw import run

pytestmark = pytest.mark.django_db
OWN = "the password of someone else"


@pytest.fixture(autouse=True)
def _two_hashers(settings: Settings) -> None:
    """The second hashes as before: such a password is hashed anew when it is used."""
    older = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, older]


@pytest.fixture
def mei(db: None) -> Staff:
    return made(SiteFactory.create(), "clinician", username="mei")


def sign_in(password: str = PASSWORD) -> tuple[bool, str]:
    """Whether mei is signed in, and what the page says."""
    client = Client()
    answer = client.post("/sign-in/", {"login": "mei", "password": password}, follow=True)
    return "_auth_user_id" in client.session, answer.content.decode()


def own_hash(mei: Staff) -> None:
    Staff.objects.filter(pk=mei.pk).update(password=make_password(OWN))


def older_hash(mei: Staff) -> None:
    """One that is hashed anew at the next sign-in, and would be told as changed by the person."""
    Staff.objects.filter(pk=mei.pk).update(password=make_password(OWN, hasher="pbkdf2_sha256"))


def own_role(mei: Staff) -> None:
    Membership.objects.bulk_create([Membership(staff=mei, site=SiteFactory.create(), role="nurse")])


def higher_role(mei: Staff) -> None:
    Membership.objects.filter(staff=mei).update(role="administrator")


def own_factor(mei: Staff) -> None:
    row = Authenticator(user=mei, type="webauthn", data={"name": "x", "credential": {}})
    Authenticator.objects.bulk_create([row])


def superuser(mei: Staff) -> None:
    Staff.objects.filter(pk=mei.pk).update(is_superuser=True)


def gone_entry(mei: Staff) -> None:
    """The entry that took a role away is taken away, and the role put back."""
    from django.db import connection

    from monitoring import guards

    role = insert(Membership(staff=mei, site=SiteFactory.create(), role="nurse"))
    kept = Membership.objects.get(pk=role.pk)
    delete(role)
    last = TrailEntry.objects.filter(chain=mei.pk).latest("seq")
    with guards.as_owner(connection):
        guards.drop(connection)
        run("DELETE FROM clinic_trailentry WHERE id = %s", last.pk)
        guards.install(connection)
    Membership.objects.bulk_create([kept])


BY_HAND: dict[str, tuple[Callable[[Staff], None], str, str]] = {
    "a hash of one's own": (own_hash, OWN, "was changed: password_digest"),
    "a hash of one's own that is to be renewed": (older_hash, OWN, "was changed: password_digest"),
    "a role of one's own": (own_role, PASSWORD, "is there, and was never recorded"),
    "a higher role": (higher_role, PASSWORD, "was changed: role"),
    "a second factor of one's own": (own_factor, PASSWORD, "is there, and was never recorded"),
    "rights over everything": (superuser, PASSWORD, "was changed: is_superuser"),
    "an entry taken away": (gone_entry, PASSWORD, "has a head that is not its last entry"),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_no_one_signs_in_by_what_was_written_by_hand(
    name: str, mei: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    write, password, words = BY_HAND[name]
    write(mei)
    with caplog.at_level(logging.ERROR):
        is_in, text = sign_in(password)
    assert not is_in
    assert str(NOT_RECORDED) in text
    assert str(mei.pk) in caplog.text
    assert "mei" not in caplog.text
    assert any(words in p.words for p in verify().problems)


@pytest.mark.parametrize("name", BY_HAND)
def test_nothing_is_signed_by_what_was_written_by_hand(name: str, clock: TestClock) -> None:
    visit = ready_to_sign(clock)
    write, password, _ = BY_HAND[name]
    write(visit.clinician)
    visit.clinician = Staff.objects.get(pk=visit.clinician.pk)
    before = visit.clinician.password
    with pytest.raises(Refused) as refused:
        visit.sign(password=password)
    assert [r.code for r in refused.value.messages] == ["person_disagrees"]
    assert not Clearance.objects.exists()
    assert Staff.objects.get(pk=visit.clinician.pk).password == before


def test_a_second_factor_put_in_between_the_two_steps_does_not_finish_the_first(
    mei: Staff,
) -> None:
    app = App(mei)
    client = Client()
    client.post("/sign-in/", {"login": "mei", "password": PASSWORD})
    own_role(mei)
    answer = client.post("/sign-in/code/", {"code": app.code}, follow=True)
    assert str(NOT_RECORDED) in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_pin_of_ones_own_comes_back_to_no_tablet(mei: Staff) -> None:
    tablet = TabletFactory.create(site=mei.memberships.get().site)
    actions.choose_pin(mei, PIN)
    begin_shift(tablet, mei, has_second_factor=False)
    shared = on_tablet(tablet)
    Staff.objects.filter(pk=mei.pk).update(pin=make_password("771234"))
    shared.post("/lock/", {"staff": str(mei.pk), "pin": "771234"})
    assert "_auth_user_id" not in shared.session
    Staff.objects.filter(pk=mei.pk).update(pin=mei.pin)
    shared.post("/lock/", {"staff": str(mei.pk), "pin": PIN})
    assert "_auth_user_id" in shared.session


def test_another_change_of_the_person_does_not_tell_what_was_written_by_hand(mei: Staff) -> None:
    """A hash put in by hand stays what no one recorded, whatever else is saved."""
    own_hash(mei)
    found = Staff.objects.get(pk=mei.pk)
    actions.choose_pin(found, PIN)
    found.is_active = True
    save(found, "is_active")
    assert not is_recorded(Staff.objects.get(pk=mei.pk))
    assert not sign_in(OWN)[0]


def test_what_an_administrator_renews_is_recorded_again(mei: Staff) -> None:
    site = mei.memberships.get().site
    administrator = made(site, "administrator")
    own_hash(mei)
    own_factor(mei)
    actions.renew_link(administrator, site, mei.pk)
    assert is_recorded(Staff.objects.get(pk=mei.pk))
    assert verify().problems == []


# What changes the same rows honestly.


def use_recovery_code(mei: Staff) -> None:
    app = App(mei)
    client = Client()
    client.post("/sign-in/", {"login": "mei", "password": PASSWORD})
    client.post("/sign-in/code/", {"code": app.codes[0]})
    assert "_auth_user_id" in client.session
    assert Authenticator.objects.get(user=mei, type="recovery_codes").data["used_mask"] == 1


def hash_anew(mei: Staff) -> None:
    """At the sign-in after the hasher was changed."""
    mei.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    save(mei, "password")
    assert sign_in()[0]
    assert Staff.objects.get(pk=mei.pk).password.startswith("md5$")


def use_passkey(mei: Staff) -> None:
    made = Passkey.added(mei)
    made.row.record_usage()


def renamed_passkey(mei: Staff) -> None:
    row = Passkey.added(mei).row
    row.wrap().name = "Blue key"
    row.save()


def _away_and_back(mei: Staff) -> None:
    for is_active in (False, True):
        mei.is_active = is_active
        save(mei, "is_active")


HONEST: dict[str, Callable[[Staff], Any]] = {
    "nothing": lambda mei: None,
    "a password changed": lambda mei: actions.change_password(mei, PASSWORD),
    "a password hashed anew": hash_anew,
    "a PIN": lambda mei: actions.choose_pin(mei, PIN),
    "an app and its codes": App,
    "a recovery code used": use_recovery_code,
    "a passkey used": use_passkey,
    "a passkey renamed": renamed_passkey,
    "a role given": lambda mei: insert(
        Membership(staff=mei, site=SiteFactory.create(), role="auditor")
    ),
    "a role taken": lambda mei: delete(
        insert(Membership(staff=mei, site=SiteFactory.create(), role="auditor"))
    ),
    "a factor taken away": lambda mei: Passkey.added(mei).row.delete(),
    "away and back": _away_and_back,
}


@pytest.mark.parametrize("name", HONEST)
def test_what_was_done_honestly_lets_in_and_verifies(name: str, mei: Staff) -> None:
    HONEST[name](mei)
    assert is_recorded(Staff.objects.get(pk=mei.pk))
    assert verify().problems == []
    # So that the password alone lets in.
    for row in Authenticator.objects.filter(user=mei):
        row.delete()
    assert sign_in()[0]


def test_a_digest_is_keyed_and_follows_the_key_it_was_logged_under(
    mei: Staff, settings: Settings
) -> None:
    told = person(mei)["password_digest"]
    assert told.startswith("test:")
    settings.TRAIL_KEYS = {"new": "n" * 40, **settings.TRAIL_KEYS}
    assert is_recorded(mei)
    assert person(mei)["password_digest"].startswith("new:")
    actions.change_password(mei, PASSWORD)
    assert is_recorded(mei)
    assert sign_in()[0]
    settings.TRAIL_KEYS = {"new": "n" * 40}
    assert not is_recorded(mei), "without the key nothing is proved"
    assert any("not given here" in p.words for p in verify().problems)


def test_what_was_logged_before_digests_were_keyed_still_lets_in(mei: Staff) -> None:
    import hashlib

    plain = hashlib.sha256(mei.password.encode()).hexdigest()
    row = {**person(mei), "password_digest": plain}
    chain.append(
        mei.pk, "staff", "change_person", rows={"staff": {str(mei.pk): row}}, actor_id=None
    )
    assert fingerprint(mei.password, plain) == plain
    assert is_recorded(mei)
    own_hash(mei)
    assert not is_recorded(Staff.objects.get(pk=mei.pk))


def test_of_a_person_every_column_is_logged_but_what_moves_with_each_visit(mei: Staff) -> None:
    """A column that is not told could be changed by hand, and no one would see it."""
    held = {field.attname for field in Staff._meta.concrete_fields}
    assert held - set(person(mei)) == {"password", "pin", "last_login", "last_site_id"}
    assert set(person(mei)) - held == {"password_digest", "pin_digest"}


def test_no_secret_stands_on_the_trail(mei: Staff) -> None:
    app = App(mei)
    actions.choose_pin(mei, PIN)
    told = "".join(TrailEntry.objects.values_list("payload", flat=True))
    for secret in (mei.password, mei.pin, app.secret, *app.codes):
        assert secret not in told
    for row in Authenticator.objects.all():
        for value in row.data.values():
            assert str(value) == "0" or str(value) not in told
