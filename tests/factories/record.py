"""Patients and plans: what there is before a session begins."""

from __future__ import annotations

from datetime import UTC, date, datetime

import factory
from django.db.models import Max

from clinic.ids import uuid7
from clinic.models import ChainHead, TrailEntry
from clinic.names import search_text
from monitoring.models import AccessEntry, ListedPatient, Patient, ProtocolVersion, SiteProtocol
from monitoring.rules.protocol import SPRAVATO_US
from tests.factories.people import SiteFactory, StaffFactory


class PatientFactory(factory.django.DjangoModelFactory[Patient]):
    class Meta:
        model = Patient

    site = factory.SubFactory(SiteFactory)
    mrn = factory.Sequence(lambda n: f"MRN-{n:05}")
    family_name = "Smith"
    given_name = factory.Faker("first_name")
    date_of_birth = date(1958, 7, 14)
    sex = "female"
    rems_enrolled_on = date(2025, 1, 7)
    search_name = factory.LazyAttribute(
        lambda row: search_text(row.family_name, row.given_name, row.mrn)
    )
    created_at = datetime(2026, 1, 5, tzinfo=UTC)


def next_version(key: str) -> int:
    """As a verb would number it."""
    last = ProtocolVersion.objects.filter(key=key).aggregate(last=Max("version"))["last"]
    return (last or 0) + 1


class ProtocolVersionFactory(factory.django.DjangoModelFactory[ProtocolVersion]):
    class Meta:
        model = ProtocolVersion

    key = "spravato-us"
    version = factory.LazyAttribute(lambda made: next_version(made.key))
    title = SPRAVATO_US.title
    body = factory.LazyFunction(SPRAVATO_US.to_json)
    published_at = datetime(2026, 1, 2, tzinfo=UTC)


class SiteProtocolFactory(factory.django.DjangoModelFactory[SiteProtocol]):
    class Meta:
        model = SiteProtocol

    site = factory.SubFactory(SiteFactory)
    version = factory.SubFactory(ProtocolVersionFactory)


class ChainHeadFactory(factory.django.DjangoModelFactory[ChainHead]):
    class Meta:
        model = ChainHead

    id = factory.LazyFunction(uuid7)
    kind = "session"


class TrailEntryFactory(factory.django.DjangoModelFactory[TrailEntry]):
    """The first entry of a chain of its own, signed with nothing."""

    class Meta:
        model = TrailEntry

    chain = factory.LazyFunction(lambda: ChainHeadFactory.create().pk)
    seq = 1
    verb = "record_reading"
    at = datetime(2026, 3, 10, 14, tzinfo=UTC)
    payload = "{}"
    digest = "0" * 64
    key_id = "test"


class AccessEntryFactory(factory.django.DjangoModelFactory[AccessEntry]):
    class Meta:
        model = AccessEntry

    at = datetime(2026, 3, 10, 14, tzinfo=UTC)
    site = factory.SubFactory(SiteFactory)
    staff = factory.SubFactory(StaffFactory)
    patient = factory.SubFactory(PatientFactory, site=factory.SelfAttribute("..site"))
    action = "opened"
    page = "patient"


class ListedPatientFactory(factory.django.DjangoModelFactory[ListedPatient]):
    """Of a list that no one was shown yet."""

    class Meta:
        model = ListedPatient

    listing = factory.LazyFunction(uuid7)
    patient = factory.SubFactory(PatientFactory)
