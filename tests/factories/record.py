"""Patients and plans: what there is before a session begins."""

from __future__ import annotations

from datetime import UTC, date, datetime

import factory

from monitoring.models import Patient, ProtocolVersion, SiteProtocol
from monitoring.rules.protocol import SPRAVATO_US
from tests.factories.place import SiteFactory


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    site = factory.SubFactory(SiteFactory)
    mrn = factory.Sequence(lambda n: f"MRN-{n:05}")
    family_name = "Smith"
    given_name = factory.Faker("first_name")
    date_of_birth = date(1958, 7, 14)
    sex = "female"
    rems_enrolled_on = date(2026, 1, 5)
    created_at = datetime(2026, 1, 5, tzinfo=UTC)


class ProtocolVersionFactory(factory.django.DjangoModelFactory[ProtocolVersion]):
    class Meta:
        model = ProtocolVersion

    key = "spravato-us"
    version = factory.Sequence(lambda n: n + 1)
    title = SPRAVATO_US.title
    body = factory.LazyFunction(SPRAVATO_US.to_json)
    published_at = datetime(2026, 1, 2, tzinfo=UTC)


class SiteProtocolFactory(factory.django.DjangoModelFactory[SiteProtocol]):
    class Meta:
        model = SiteProtocol

    site = factory.SubFactory(SiteFactory)
    version = factory.SubFactory(ProtocolVersionFactory)
