"""A patient who was dosed, and the nurse who watches."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.clock import TestClock
from tests.factories.visits import Visit, dosed


@pytest.fixture
def visit(clock: TestClock) -> Visit:
    made = dosed(clock)
    clock.forward(minutes=3)
    return made


@pytest.fixture
def nurse(visit: Visit) -> Client:
    client = Client()
    client.force_login(visit.nurse)
    return client
