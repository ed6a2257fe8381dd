"""People signed in with Django's test client."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from clinic.models import Staff
from tests.factories.people import just_confirmed


@pytest.fixture
def signed_in(db: None) -> Callable[[Staff], Client]:
    def sign_in(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff)
        return just_confirmed(client, staff)

    return sign_in
