"""The walk through emergency access and the pages about people and their sign-ins."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.urls import reverse

from clinic import actions
from clinic.models import Membership, Site, Staff
from tests.browser.conftest import Person
from tests.browser.stop import Stop
from tests.factories.logged import insert

HOME, AWAY = "Harbor Clinic", "Lakeside Clinic"


def guest() -> Staff:
    """A clinician of the other site, who has no role at the one that is walked."""
    found = Staff.objects.filter(username="ines").first()
    if found is None:
        found = Staff(username="ines", first_name="Ines", last_name="Moreau", credentials="MD")
        found.set_password("demo-clinic")
        insert(found)
        home = Site.objects.get(name=HOME)
        insert(Membership(staff=found, site=home, role="clinician", given_at=None))
    return found


def _let_in() -> None:
    actions.enter_emergency(
        guest(),
        Site.objects.get(name=AWAY),
        reason="Chest pain in room 3, called by the nurse on duty",
        password="demo-clinic",
    )


def _with_factors() -> Staff:
    found = Staff.objects.get(username="julia")
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN):
        Authenticator.objects.get_or_create(user=found, type=kind, defaults={"data": {}})
    return found


def _wrong_password(person: Person) -> None:
    page = person.page
    page.get_by_label("Site").select_option(label=HOME)
    page.get_by_label("Reason").fill("Chest pain in room 3")
    page.get_by_label("Your password").fill("guess")
    page.locator("[data-main]").click()
    page.wait_for_selector("[data-error-summary]")


def staff_stops(session: str) -> Iterator[Stop]:
    """`session` is the address of one in progress at the site that is visited."""
    yield Stop("emergency", "clinician", reverse("emergency"))
    yield Stop("emergency-error", "clinician", reverse("emergency"), _wrong_password)
    _let_in()
    yield Stop("board-visited", "nurse", reverse("board"))
    yield Stop("board-visitor", "guest", reverse("board"))
    yield Stop("session-visitor", "guest", session)
    yield Stop("staff-visited", "administrator", reverse("staff-list"))
    yield Stop("sign-ins", "administrator", reverse("sign-in-list"))
    person = reverse("person", args=[_with_factors().pk])
    yield Stop("staff-person-factors", "administrator", person)
