"""Published versions."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from monitoring.rules.protocol import KETAMINE_IV, SPRAVATO_US, Protocol
from tests.factories.people import StaffFactory
from tests.factories.record import ProtocolVersionFactory, SiteProtocolFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("protocol", [SPRAVATO_US, KETAMINE_IV], ids=lambda p: p.key)
def test_what_was_published_is_read_back_whole(protocol: Protocol) -> None:
    version = ProtocolVersionFactory.create(body=protocol.to_json())
    version.refresh_from_db()
    assert version.protocol() == protocol


def test_a_version_number_is_published_once() -> None:
    version = ProtocolVersionFactory.create(key="a", version=3, title="Form A")
    assert str(version) == "Form A, version 3"
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolVersionFactory.create(key="a", version=3)


@pytest.mark.parametrize("lacks", ["replaces", "site", "published_by", "reason"])
def test_a_change_says_of_what_where_by_whom_and_why(lacks: str) -> None:
    used = SiteProtocolFactory.create()
    whole = {
        "replaces": used.version,
        "site": used.site,
        "published_by": StaffFactory.create(),
        "reason": "Two patients left drowsy.",
    }
    ProtocolVersionFactory.create(version=8, **whole)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProtocolVersionFactory.create(
            version=9, **whole | {lacks: "" if lacks == "reason" else None}
        )


def test_a_site_uses_a_version_once() -> None:
    used = SiteProtocolFactory.create()
    assert str(used) == f"{used.version} at {used.site}"
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteProtocolFactory.create(site=used.site, version=used.version)
