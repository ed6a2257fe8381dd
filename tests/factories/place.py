"""Sites and the people who work there."""

from __future__ import annotations

from datetime import date

import factory

from clinic.models import Membership, Site, Staff

PASSWORD = "a password for tests"


class SiteFactory(factory.django.DjangoModelFactory[Site]):
    class Meta:
        model = Site

    name = factory.Sequence(lambda n: f"Site {n}")
    time_zone = "America/New_York"
    rems_certified_on = date(2025, 1, 6)
    requires_second_factor = False


class StaffFactory(factory.django.DjangoModelFactory[Staff]):
    class Meta:
        model = Staff
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    first_name = factory.Faker("first_name")
    last_name = factory.Faker("last_name")
    credentials = "RN"

    @factory.post_generation
    def password(self: Staff, create: bool, extracted: str | None, **kwargs: object) -> None:
        self.set_password(extracted or PASSWORD)
        self.save()


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    staff = factory.SubFactory(StaffFactory)
    site = factory.SubFactory(SiteFactory)
    role = "nurse"


def person(site: Site, role: str, **names: str) -> Staff:
    """Someone with one role at one site."""
    return MembershipFactory(site=site, role=role, staff=StaffFactory(**names)).staff
