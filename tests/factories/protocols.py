"""Changing the protocol of a site, as a clinician does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring import actions
from monitoring.actions.infusion_order import ByWeight
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol import SPRAVATO_US, Protocol
from monitoring.rules.protocol_bounds import settings_of
from tests.factories.filled import filled


def in_use(site: Site, key: str = SPRAVATO_US.key) -> ProtocolVersion:
    return ProtocolVersion.objects.get(sites__site=site, key=key)


def change_protocol(site: Site, by: Staff, **given: Any) -> ProtocolVersion:
    """Each time a minute more of observation, where no `settings` are given."""
    used = given.pop("version", None) or in_use(site, given.pop("key", SPRAVATO_US.key))
    longer = {"window_minutes": used.protocol().window_minutes + 1}
    settings = settings_of(used.protocol()) | given.pop("settings", longer)
    return actions.change_protocol(
        by,
        site=site,
        version_id=used.pk,
        settings=settings,
        **filled(given, id=uuid7(), reason="Two patients left drowsy."),
    )


def by_weight(protocol: Protocol, mg: float) -> ByWeight:
    """An order of `mg` at 0.5 mg/kg over 40 minutes, where the protocol is of an infusion."""
    if not protocol.is_infusion:
        return ByWeight()
    return ByWeight(
        weight_kg=Decimal(str(mg)) * 2,
        mg_per_kg=Decimal("0.5"),
        concentration=Decimal(2),
        infusion_minutes=40,
    )
