"""Signing in and one's own account, in their states: part of the walk."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.urls import reverse

from clinic.models import Site, Staff
from tests.browser.conftest import Person
from tests.browser.stop import PASSWORD, Stop
from tests.factories.logged import insert
from tests.factories.passkeys import Passkey
from tests.factories.people import MembershipFactory
from tests.factories.second_factors import code_of


def newcomer() -> Staff:
    """A clinician of a site that asks for a second factor, who has none yet."""
    found = Staff.objects.filter(username="newcomer").first()
    if found is None:
        site = insert(Site(name="Riverside Clinic", time_zone="America/New_York"))
        found = MembershipFactory.create(
            site=site,
            role="clinician",
            staff__username="newcomer",
            staff__first_name="Ines",
            staff__last_name="Castellano",
            staff__credentials="MD",
            staff__password=PASSWORD,
        ).staff
    return found


def _confirm(person: Person, password: str) -> None:
    person.page.get_by_label("Your password").fill(password)
    person.tap("Confirm")


def _confirm_wrongly(person: Person) -> None:
    _confirm(person, "guessed")
    person.page.wait_for_selector("[data-error-summary]")


def _confirmed(person: Person) -> None:
    _confirm(person, PASSWORD)
    person.page.wait_for_selector(".qr")


def _wrong_code(person: Person) -> None:
    person.page.get_by_label("Code").fill("000000")
    person.page.locator("main .btn-primary").click()
    person.page.wait_for_selector("[data-error-summary]")


def _add_app(person: Person) -> None:
    secret = person.page.locator(".secret").inner_text().replace(" ", "")
    code = code_of(secret)
    person.page.get_by_label("Code").fill(code)
    person.tap("Add the app")
    person.page.get_by_role("button", name="Show the codes").wait_for()


def _show_codes(person: Person) -> None:
    person.tap("Show the codes")
    person.page.wait_for_selector(".codes")


def _add_passkeys(person: Person) -> None:
    for name in ("My phone", "The blue security key on the key ring of the practice"):
        row = Passkey.added(newcomer(), host="localhost").row
        row.data["name"] = name
        row.save()
    person.page.reload()


def _wrong_password(person: Person) -> None:
    person.page.get_by_label("User name").fill("newcomer")
    person.page.get_by_label("Password").fill("guessed")
    person.tap("Sign in", exact=True)
    person.page.wait_for_selector("[data-error-summary]")


def _first_step(person: Person) -> None:
    person.page.get_by_label("User name").fill("newcomer")
    person.page.get_by_label("Password").fill(PASSWORD)
    person.tap("Sign in", exact=True)
    person.page.get_by_text("Start again").wait_for()


def _only_a_passkey(person: Person) -> None:
    Authenticator.objects.filter(user=newcomer(), type="totp").delete()
    person.page.reload()


def _start_again(person: Person) -> None:
    person.tap("Start again")
    person.page.get_by_label("User name").wait_for()


def account_stops() -> Iterator[Stop]:
    who, app = "newcomer", reverse("mfa_activate_totp")
    yield Stop("account-needed", who, reverse("mfa_index"))
    yield Stop("confirm", who, app)
    yield Stop("confirm-error", who, app, _confirm_wrongly)
    yield Stop("app", who, app, _confirmed)
    yield Stop("app-error", who, app, _wrong_code)
    yield Stop("passkey", who, reverse("mfa_add_webauthn"))
    yield Stop("recovery-codes-ready", who, app, _add_app)
    yield Stop("recovery-codes", who, reverse("mfa_view_recovery_codes"), _show_codes)
    yield Stop("app-remove-refused", who, reverse("mfa_deactivate_totp"))
    yield Stop("account-full", who, reverse("mfa_index"), _add_passkeys)
    yield Stop("app-remove", who, reverse("mfa_deactivate_totp"))
    yield Stop("recovery-codes-new", who, reverse("mfa_generate_recovery_codes"))
    yield Stop("password", who, reverse("account_change_password"))
    yield Stop("sign-in-error", "nobody", reverse("account_login"), _wrong_password)
    yield Stop("second-step", "nobody", reverse("account_login"), _first_step)
    yield Stop("second-step-error", "nobody", reverse("mfa_authenticate"), _wrong_code)
    yield Stop("second-step-passkey", "nobody", reverse("mfa_authenticate"), _only_a_passkey)
    yield Stop("sign-in-again", "nobody", reverse("mfa_authenticate"), _start_again)
