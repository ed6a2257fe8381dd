"""Publishing a protocol for a site."""

from __future__ import annotations

import pytest

from monitoring import actions
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol import SPRAVATO_US
from tests.clock import TestClock
from tests.factories.people import SiteFactory

pytestmark = pytest.mark.django_db


def test_a_published_protocol_takes_the_place_of_the_earlier_one(clock: TestClock) -> None:
    site = SiteFactory.create()
    first = actions.publish_protocol(SPRAVATO_US, site=site)
    again = actions.publish_protocol(SPRAVATO_US, site=site)
    assert again == first
    from dataclasses import replace

    stricter = actions.publish_protocol(replace(SPRAVATO_US, window_minutes=150), site=site)
    assert stricter.version == first.version + 1
    assert [p.version for p in site.protocols.all()] == [stricter]
    assert ProtocolVersion.objects.count() == 2
