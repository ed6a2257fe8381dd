"""Signing in with a passkey, an authenticator app or a recovery code, as a person does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator

from clinic.models import Site, Staff
from tests.browser.conftest import Person
from tests.factories.people import PASSWORD, SiteFactory
from tests.factories.people import person as member
from tests.factories.second_factors import code_of


@pytest.fixture
def site(served: str) -> Site:
    """A site that asks for a second factor, as sites do outside the demo."""
    return SiteFactory.create(requires_second_factor=True)


@pytest.fixture
def clinician(site: Site) -> Staff:
    return member(site, "clinician", username="mei")


def with_authenticator(visitor: Person) -> Any:
    """Give the tablet a fingerprint reader that always answers. Returns the browser's own line."""
    line = visitor.context.new_cdp_session(visitor.page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return line, made["authenticatorId"]


class Taps:
    """Counts what a person taps."""

    def __init__(self, visitor: Person) -> None:
        visitor.page.evaluate("sessionStorage.setItem('taps', 0)")
        visitor.context.add_init_script(
            "addEventListener('click', (event) => { if (event.isTrusted) sessionStorage.setItem("
            "'taps', Number(sessionStorage.getItem('taps')) + 1) }, true)"
        )
        visitor.page.reload()
        self.visitor = visitor

    @property
    def count(self) -> int:
        return int(self.visitor.page.evaluate("sessionStorage.getItem('taps')"))


def confirm(visitor: Person) -> None:
    visitor.page.get_by_label("Your password").fill(PASSWORD)
    visitor.tap("Confirm")


def sign_out(visitor: Person) -> None:
    visitor.page.locator("header details.menu summary").last.click()
    visitor.tap("Sign out")
    visitor.page.wait_for_url("**/sign-in/")


def add_passkey(visitor: Person, name: str = "My phone") -> None:
    visitor.tap("Add a passkey")
    confirm(visitor)
    visitor.page.get_by_label("Name, so that you can recognise it").fill(name)
    visitor.tap("Add the passkey")
    visitor.page.get_by_role("button", name="Show the codes").wait_for()


def keep_codes(visitor: Person) -> None:
    visitor.tap("Show the codes")
    visitor.tap("I have saved them")


def add_app(visitor: Person) -> str:
    """Returns the secret as the app would keep it."""
    visitor.tap("Add an authenticator app")
    confirm(visitor)
    secret = visitor.page.locator(".secret").inner_text().replace(" ", "")
    assert len(secret) == 32
    visitor.page.get_by_label("Code that the app shows now").fill(code_of(secret))
    visitor.tap("Add the app")
    visitor.page.get_by_role("button", name="Show the codes").wait_for()
    return secret


def test_a_passkey_is_added_and_signs_in_with_at_most_three_taps(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    with_authenticator(visitor)
    visitor.sign_in(clinician)
    assert visitor.sees("needs a second factor")
    add_passkey(visitor)
    assert visitor.sees("shown only once")
    keep_codes(visitor)
    visitor.page.wait_for_url(visitor.served + "/")
    sign_out(visitor)
    taps = Taps(visitor)
    visitor.tap("Sign in with a passkey")
    visitor.page.wait_for_url(visitor.served + "/")
    assert taps.count <= 3
    visitor.go("/account/")
    assert visitor.sees("My phone")
    assert visitor.sees("passkey")
    held = Authenticator.objects.get(user=clinician, type="webauthn")
    assert held.last_used_at is not None
    assert held.wrap().is_passwordless


def test_a_passkey_is_the_second_step_after_the_password(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    with_authenticator(visitor)
    visitor.sign_in(clinician)
    add_passkey(visitor)
    keep_codes(visitor)
    sign_out(visitor)
    visitor.sign_in(clinician)
    visitor.tap("Use a passkey")
    visitor.page.wait_for_url(visitor.served + "/")


def test_an_authenticator_app_is_added_and_asked_for(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    visitor.sign_in(clinician)
    secret = add_app(visitor)
    keep_codes(visitor)
    sign_out(visitor)
    visitor.sign_in(clinician)
    visitor.page.get_by_label("Code").fill("000000")
    visitor.tap("Continue")
    visitor.page.wait_for_selector("[data-error-summary]:focus")
    assert visitor.sees("This code is wrong")
    visitor.page.get_by_label("Code").fill(code_of(secret, 1))
    visitor.tap("Continue")
    visitor.page.wait_for_url(visitor.served + "/")
    visitor.go("/account/")
    assert visitor.sees("password, code of the app")


def test_a_recovery_code_signs_in_when_the_phone_is_lost(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    visitor.sign_in(clinician)
    add_app(visitor)
    visitor.tap("Show the codes")
    visitor.page.locator(".codes li").first.wait_for()
    codes = visitor.page.locator(".codes li").all_inner_texts()
    assert len(codes) == 10
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)
    visitor.tap("I have saved them")
    sign_out(visitor)
    visitor.sign_in(clinician)
    visitor.page.get_by_label("Code").fill(codes[3])
    visitor.tap("Continue")
    visitor.page.wait_for_url(visitor.served + "/")
    visitor.go("/account/")
    assert visitor.sees("9 left")
    visitor.go("/account/recovery-codes/")
    assert visitor.sees("9 are left")
    assert codes[0] not in visitor.page.content()


def test_the_page_that_was_asked_for_is_kept_through_both_steps(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    with_authenticator(visitor)
    visitor.sign_in(clinician)
    add_passkey(visitor)
    sign_out(visitor)
    visitor.go("/patients/?q=nobody")
    visitor.page.get_by_label("User name").fill(clinician.username)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.tap("Sign in", exact=True)
    visitor.tap("Use a passkey")
    visitor.page.wait_for_url(visitor.served + "/patients/?q=nobody")
    sign_out(visitor)
    visitor.go("/patients/?q=nobody")
    visitor.tap("Sign in with a passkey")
    visitor.page.wait_for_url(visitor.served + "/patients/?q=nobody")


def test_a_passkey_that_was_removed_says_so_and_leaves_the_page_usable(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    with_authenticator(visitor)
    visitor.sign_in(clinician)
    add_passkey(visitor)
    sign_out(visitor)
    Authenticator.objects.filter(user=clinician).delete()
    visitor.tap("Sign in with a passkey")
    visitor.page.get_by_text("This passkey does not work here").wait_for()
    visitor.sign_in(clinician)
    assert visitor.sees("needs a second factor")


def test_without_an_answer_from_the_device_the_page_says_what_to_do(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    line, authenticator = with_authenticator(visitor)
    line.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    visitor.go("/sign-in/")
    visitor.tap("Sign in with a passkey")
    visitor.page.get_by_text("No passkey was used").wait_for()
    visitor.sign_in(clinician)
    assert visitor.sees("needs a second factor")


def test_where_passkeys_cannot_work_none_is_offered(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    visitor.served = visitor.served.replace("localhost", "127.0.0.1")
    visitor.go("/sign-in/")
    assert not visitor.page.get_by_role("button", name="Sign in with a passkey").is_visible()
    visitor.sign_in(clinician)
    visitor.tap("Add a passkey")
    confirm(visitor)
    assert visitor.sees("cannot use passkeys at this address")
    assert not visitor.page.get_by_role("button", name="Add the passkey").is_visible()


def test_start_again_forgets_the_first_step(
    person: Callable[..., Person], clinician: Staff
) -> None:
    visitor = person()
    visitor.sign_in(clinician)
    add_app(visitor)
    sign_out(visitor)
    visitor.sign_in(clinician)
    assert visitor.sees("Second step")
    visitor.tap("Start again")
    visitor.page.wait_for_url("**/sign-in/")
    visitor.go("/sign-in/code/")
    visitor.page.wait_for_url("**/sign-in/")
