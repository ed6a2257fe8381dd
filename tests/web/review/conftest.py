"""A site with a register, its sessions, and what the register shows of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from clinic.models import Site
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, planned

Signer = Callable[..., Client]


@pytest.fixture
def site() -> Any:
    return SiteFactory.create(time_zone="America/New_York")


@pytest.fixture
def auditor(site: Site, signed_in: Signer) -> Client:
    return signed_in(person(site, "auditor"))


@pytest.fixture
def administrator(site: Site, signed_in: Signer) -> Client:
    return signed_in(person(site, "administrator"))


def shown(client: Client, **query: Any) -> list[Any]:
    """The sessions on a page of the register, by their ids."""
    return [s.pk for s in client.get("/sessions/", query).context["sessions"]]


def made(clock: TestClock, site: Site, build: Callable[..., Visit] = planned, **who: Any) -> Visit:
    """A session of a patient of the site."""
    return build(clock, site=site, patient=PatientFactory.create(site=site, **who))
