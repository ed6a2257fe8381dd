"""One's own account: what is shown, added, removed and asked again for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from clinic.models import Membership, Shift, Staff, TrailEntry
from clinic.signin import arrival
from tests.factories.logged import insert
from tests.factories.passkeys import Passkey
from tests.factories.people import PASSWORD, SiteFactory, TabletFactory, on_tablet, person
from tests.factories.second_factors import App, types_of

pytestmark = pytest.mark.django_db

PAGES = (
    "/account/app/",
    "/account/passkeys/add/",
    "/account/recovery-codes/new/",
)


@pytest.fixture
def clinician(db: None) -> Staff:
    return person(SiteFactory.create(requires_second_factor=True), "clinician")


def confirmed(staff: Staff) -> Client:
    """Signed in by means that do not matter here, the password confirmed just now."""
    client = Client()
    client.force_login(staff)
    client.post("/account/confirm/", {"password": PASSWORD})
    return client


def told(staff: Staff) -> list[str]:
    return list(TrailEntry.objects.filter(chain=staff.pk).values_list("verb", flat=True))


def add_passkey(client: Client, passkey: Passkey, **more: Any) -> Any:
    options = client.get("/account/passkeys/add/").context["options"]
    body = {"name": "My phone", "credential": json.dumps(passkey.created(options))} | more
    return client.post("/account/passkeys/add/", body)


def test_the_page_says_who_one_is_and_what_there_is(clinician: Staff) -> None:
    App(clinician)
    Passkey.added(clinician)
    page = confirmed(clinician).get("/account/").content.decode()
    for words in (
        clinician.printed_name,
        clinician.username,
        "Clinician",
        "Authenticator app",
        "Passkey for tests",
        "10 left",
        "Not set",
    ):
        assert words in page
    assert 'href="/account/"' in page


@pytest.mark.parametrize("path", PAGES)
def test_what_lets_in_is_changed_only_after_the_password(clinician: Staff, path: str) -> None:
    client = Client()
    client.force_login(clinician)
    assert client.get(path)["Location"] == f"/account/confirm/?next={path.replace('/', '%2F')}"
    page = client.get(f"/account/confirm/?next={path}").content.decode()
    assert f'name="next" value="{path}"' in page
    wrong = client.post("/account/confirm/", {"password": "wrong", "next": path})
    assert wrong.status_code == 422
    assert f'name="next" value="{path}"' in wrong.content.decode()
    assert client.get(path).status_code == 302
    right = client.post("/account/confirm/", {"password": PASSWORD, "next": path})
    assert right["Location"] == path
    assert client.get(path).status_code == 200


def test_what_was_typed_is_kept_while_the_password_is_asked_for(clinician: Staff) -> None:
    client = confirmed(clinician)
    client.get("/account/app/")
    app = App.__new__(App)
    app.secret = client.session["mfa.totp.secret"]
    _long_ago(client)
    answer = client.post("/account/app/", {"code": app.code})
    assert answer["Location"] == "/account/confirm/?next=%2Faccount%2Fapp%2F"
    body = {"password": PASSWORD, "next": "/account/app/"}
    assert client.post("/account/confirm/", body)["Location"] == "/account/recovery-codes/"
    assert types_of(clinician) == {"totp", "recovery_codes"}


def test_a_refusal_after_the_password_is_sent_to_its_own_page_again(clinician: Staff) -> None:
    client = confirmed(clinician)
    client.get("/account/app/")
    _long_ago(client)
    client.post("/account/app/", {"code": "000000"})
    body = {"password": PASSWORD, "next": "/account/app/"}
    answer = client.post("/account/confirm/", body)
    assert answer.status_code == 422
    assert 'action="/account/app/"' in answer.content.decode()


def _long_ago(client: Client) -> None:
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()


def test_wrong_passwords_to_confirm_are_told_and_counted(clinician: Staff) -> None:
    client = Client()
    client.force_login(clinician)
    # With the cookies of who is signed in.
    client.get("/account/")
    for _ in range(5):
        answer = client.post("/account/confirm/", {"password": "wrong"})
        assert "The password is wrong" in answer.content.decode()
    assert told(clinician).count("confirm_failed") == 5
    assert "sign_in_failed" not in told(clinician)
    answer = client.post("/account/confirm/", {"password": PASSWORD})
    assert answer.status_code == 422
    assert "Too many wrong attempts" in answer.content.decode()
    client.post("/sign-out/")
    page = client.post("/sign-in/", {"login": clinician.username, "password": PASSWORD})
    assert page.status_code == 422


def test_an_app_is_added_with_its_code_and_codes_are_shown_once(clinician: Staff) -> None:
    client = confirmed(clinician)
    page = client.get("/account/app/")
    secret = client.session["mfa.totp.secret"]
    assert page.context["secret"] == " ".join(secret[i : i + 4] for i in range(0, 32, 4))
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    wrong = client.post("/account/app/", {"code": "000000"})
    assert wrong.status_code == 422
    assert client.session["mfa.totp.secret"] == secret
    app = App.__new__(App)
    app.secret = secret
    page = client.post("/account/app/", {"code": app.code}, follow=True)
    answer = client.post("/account/recovery-codes/")
    codes = answer.context["unused_codes"]
    assert not any(code in page.content.decode() for code in codes)
    assert all(code in answer.content.decode() for code in codes)
    assert "data-print" in answer.content.decode()
    again = client.get("/account/recovery-codes/").content.decode()
    assert not any(code in again for code in codes)
    assert "10 are left" in again
    # That the codes were shown stands in their row.
    assert told(clinician)[-3:] == [*["add_second_factor"] * 2, "change_second_factor"]


def test_a_passkey_is_added_by_name_and_can_sign_in(clinician: Staff) -> None:
    client, passkey = confirmed(clinician), Passkey(clinician)
    options = client.get("/account/passkeys/add/").context["options"]["publicKey"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["user"]["displayName"] == clinician.printed_name
    assert add_passkey(client, passkey)["Location"] == "/account/recovery-codes/"
    assert passkey.row.wrap().name == "My phone"
    assert client.get("/").status_code == 200
    assert add_passkey(client, Passkey(clinician), name="")["Location"] == "/account/"
    assert "Passkey 2" in client.get("/account/").content.decode()


@pytest.mark.parametrize(
    "credential",
    ["", "{}", "[]", "null", "NaN", "[" * 5000, '{"response": {}}', '{"a": "\\u0000"}'],
)
def test_a_passkey_that_is_none_is_refused_in_words(clinician: Staff, credential: str) -> None:
    client = confirmed(clinician)
    client.get("/account/passkeys/add/")
    answer = client.post("/account/passkeys/add/", {"name": "Mine", "credential": credential})
    assert answer.status_code == 422
    assert 'value="Mine"' in answer.content.decode()
    assert "data-error-summary" in answer.content.decode()
    assert types_of(clinician) == set()


def test_a_passkey_that_the_person_does_not_unlock_is_refused(clinician: Staff) -> None:
    client, passkey = confirmed(clinician), Passkey(clinician)
    options = client.get("/account/passkeys/add/").context["options"]
    weak = json.dumps(passkey.created(options, is_verified=False))
    assert add_passkey(client, passkey, credential=weak).status_code == 422
    assert add_passkey(client, passkey, name="x" * 61).status_code == 422
    assert types_of(clinician) == set()


def test_the_last_one_of_whose_role_needs_one_stays(clinician: Staff) -> None:
    App(clinician)
    client = confirmed(clinician)
    for method in ("get", "post"):
        answer = getattr(client, method)("/account/app/remove/")
        assert (
            "Your role needs a second factor, and this is the only one" in answer.content.decode()
        )
    assert answer.status_code == 422
    passkey = Passkey.added(clinician)
    assert client.post("/account/app/remove/")["Location"] == "/account/"
    path = f"/account/passkeys/{passkey.row.pk}/remove/"
    answer = client.post(path)
    assert answer.status_code == 422
    assert "this is the only one" in answer.content.decode()
    assert types_of(clinician) == {"webauthn", "recovery_codes"}


def test_it_stays_also_while_working_at_a_site_that_asks_for_none(clinician: Staff) -> None:
    lax = SiteFactory.create(requires_second_factor=False, name="AAA")
    insert(Membership(staff=clinician, site=lax, role="clinician"))
    App(clinician)
    assert confirmed(clinician).post("/account/app/remove/").status_code == 422


def test_a_nurse_removes_the_last_one_and_the_codes_go_with_it() -> None:
    nurse = person(SiteFactory.create(requires_second_factor=True), "nurse")
    passkey = Passkey.added(nurse)
    App(nurse)
    client = confirmed(nurse)
    client.post("/account/app/remove/")
    path = f"/account/passkeys/{passkey.row.pk}/remove/"
    assert "Remove Passkey for tests" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/account/"
    assert types_of(nurse) == set()
    assert told(nurse).count("remove_second_factor") == 3


def test_a_session_is_as_strong_as_what_its_person_still_has() -> None:
    """Here at once; elsewhere, where they came in by what is gone, they sign in anew."""
    site = SiteFactory.create()
    nurse = person(site, "nurse")
    passkey, app, tablet = Passkey.added(nurse), App(nurse), TabletFactory.create(site=site)
    elsewhere = confirmed(nurse)
    client = on_tablet(tablet, nurse)
    client.post("/sign-in/code/", {"code": app.code})
    client.post("/account/confirm/", {"password": PASSWORD})
    strengths = []
    for path in ("/account/app/remove/", f"/account/passkeys/{passkey.row.pk}/remove/"):
        assert client.post(path).status_code == 302
        open_shift = Shift.objects.get(tablet=tablet, ended_at=None)
        strengths.append((client.session[arrival.SECOND_FACTOR], open_shift.has_second_factor))
        assert elsewhere.get("/").status_code == (200 if len(strengths) == 1 else 302)
    assert strengths == [(True, True), (False, False)]
    assert client.get("/").status_code == 200


def test_no_one_removes_another_persons_passkey(clinician: Staff) -> None:
    passkey = Passkey.added(clinician)
    other = confirmed(person(SiteFactory.create(), "administrator"))
    path = f"/account/passkeys/{passkey.row.pk}/remove/"
    assert other.get(path).status_code == 404
    assert other.post(path).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.row.pk).exists()


def test_new_codes_end_those_of_before(clinician: Staff) -> None:
    app = App(clinician)
    client = confirmed(clinician)
    client.post("/account/recovery-codes/new/")
    answer = client.post("/account/recovery-codes/")
    made = answer.context["unused_codes"]
    assert len(made) == 10
    assert not set(made) & set(app.codes)
    assert all(code in answer.content.decode() for code in made)


def test_without_a_second_factor_there_are_no_codes(clinician: Staff) -> None:
    client = confirmed(clinician)
    assert client.get("/account/recovery-codes/").status_code == 404
    answer = client.post("/account/recovery-codes/new/")
    assert answer.status_code == 422
    assert "Add one first" in answer.content.decode()


def test_a_changed_password_signs_out_everywhere_else(clinician: Staff) -> None:
    here, there = confirmed(clinician), confirmed(clinician)
    new = "an entirely new one"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/account/password/", body)["Location"] == "/account/"
    assert "Your password is changed" in here.get("/account/").content.decode()
    assert there.get("/account/").status_code == 302
    assert told(clinician)[-1] == "change_password"
    clinician.refresh_from_db()
    assert clinician.check_password(new)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"oldpassword": "wrong"}, "The password is wrong"),
        ({"password2": "something else"}, "same password each time"),
        ({"password1": "short", "password2": "short"}, "at least 8"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
        ({"oldpassword": ""}, "Enter this."),
    ],
)
def test_a_password_is_not_changed_for_a_reason(
    clinician: Staff, given: dict[str, str], words: str
) -> None:
    new = "an entirely new one"
    body = {"oldpassword": PASSWORD, "password1": new, "password2": new} | given
    answer = confirmed(clinician).post("/account/password/", body)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert new not in answer.content.decode()
    clinician.refresh_from_db()
    assert clinician.check_password(PASSWORD)


def test_who_has_one_but_came_without_is_told_to_sign_in_with_it(clinician: Staff) -> None:
    client = confirmed(clinician)
    App(clinician)
    assert "you signed in without yours" in client.get("/account/").content.decode()


def test_too_many_changes_in_a_minute_are_refused_on_a_page_of_ours(clinician: Staff) -> None:
    client = confirmed(clinician)
    for _ in range(5):
        assert client.post("/account/password/", {}).status_code == 422
    answer = client.post("/account/password/", {})
    assert answer.status_code == 429
    assert "Wait a minute" in answer.content.decode()
