"""Sites and the people who work there."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import Any

import factory
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.test import Client

from clinic import clock
from clinic.models import Membership, Proposal, SavedView, Shift, Site, Staff, Tablet
from clinic.signin.library import SIGNED_IN_BY, SIGNED_IN_WHO
from tests.factories.logged import LoggedFactory

PASSWORD = "a password for tests"
PIN = "408215"


class SiteFactory(LoggedFactory[Site]):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"Site {n}")
    time_zone = "America/New_York"
    rems_certified_on = date(2025, 1, 6)
    requires_second_factor = False


class StaffFactory(LoggedFactory[Staff]):
    class Meta:
        model = Staff

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = factory.Faker("first_name")
    # Never that of a patient: a page that shows no patient may show who works there.
    last_name = factory.Iterator(["Archer", "Bauer", "Castillo", "Dubois", "Eriksen", "Fontaine"])
    credentials = "RN"

    password = factory.django.Password(PASSWORD)


class MembershipFactory(LoggedFactory[Membership]):
    class Meta:
        model = Membership

    staff = factory.SubFactory(StaffFactory)
    site = factory.SubFactory(SiteFactory)
    role = "nurse"
    given_at = factory.LazyFunction(lambda: clock.now() - timedelta(days=30))


def _now() -> datetime:
    """Asked for late, for the tests put their own clock in its place."""
    return clock.now()


class TabletFactory(LoggedFactory[Tablet]):
    class Meta:
        model = Tablet

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"Room {n}")
    device = factory.Sequence(lambda n: f"device{n}")
    enrolled_at = factory.LazyFunction(_now)
    enrolled_by = factory.SubFactory(StaffFactory)
    last_seen_at = factory.SelfAttribute("enrolled_at")


class ProposalFactory(LoggedFactory[Proposal]):
    """A role that waits for a second administrator."""

    class Meta:
        model = Proposal

    staff = factory.SubFactory(StaffFactory)
    site = factory.SubFactory(SiteFactory)
    role = "clinician"
    proposed_at = factory.LazyFunction(_now)
    proposed_by = factory.SubFactory(StaffFactory)


class SavedViewFactory(LoggedFactory[SavedView]):
    class Meta:
        model = SavedView

    staff = factory.SubFactory(StaffFactory)
    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"View {n}")
    query = "amended=yes"


class ShiftFactory(factory.django.DjangoModelFactory[Shift]):
    """Someone of the tablet's site who signed in there now, and has the PIN below."""

    class Meta:
        model = Shift

    tablet = factory.SubFactory(TabletFactory)
    staff = factory.LazyAttribute(
        lambda new: person(new.tablet.site, "nurse", pin=make_password(PIN))
    )
    began_at = factory.LazyFunction(_now)
    has_second_factor = False


def person(site: Site, role: str, **names: str) -> Staff:
    """Someone with one role at one site; who is there in an emergency has an hour from now."""
    lasts: dict[str, Any] = {}
    if role == Membership.Role.EMERGENCY:
        now = clock.now()
        lasts = {"began_at": now, "ends_at": now + timedelta(hours=1), "reason": "Chest pain"}
    return MembershipFactory.create(
        site=site, role=role, staff=StaffFactory.create(**names), **lasts
    ).staff


def visitor(site: Site, home: Site | None = None, **names: str) -> Staff:
    """A clinician of another site who is at `site` in an emergency."""
    staff = person(site, "emergency", **names)
    MembershipFactory.create(staff=staff, site=home or SiteFactory.create(), role="clinician")
    return staff


def tablet_cookie(tablet: Tablet) -> str:
    """What a browser sends that is this enrolled tablet."""
    signer = signing.get_cookie_signer(salt=settings.TABLET_COOKIE_NAME)
    return signer.sign(str(tablet.pk))


def tablet_cookies(tablet: Tablet) -> dict[str, str]:
    """The same with what names the browser: neither counts without the other."""
    signer = signing.get_cookie_signer(salt=settings.DEVICE_COOKIE_NAME)
    return {
        settings.TABLET_COOKIE_NAME: tablet_cookie(tablet),
        settings.DEVICE_COOKIE_NAME: signer.sign(tablet.device),
    }


def on_tablet(tablet: Tablet, staff: Staff | None = None) -> Client:
    """A browser that is the tablet, where `staff` signed in fully."""
    client = Client()
    for name, value in tablet_cookies(tablet).items():
        client.cookies[name] = value
    if staff is not None:
        client.post("/sign-in/", {"login": staff.username, "password": PASSWORD})
    return client


def just_confirmed(client: Client, staff: Staff) -> Client:
    """As after giving the password a moment ago."""
    session = client.session
    session[SIGNED_IN_BY] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session[SIGNED_IN_WHO] = str(staff.pk)
    session.save()
    return client
