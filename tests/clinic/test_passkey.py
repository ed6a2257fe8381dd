"""A passkey in software registers and signs in as a real one does."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.factories.passkeys import Passkey
from tests.factories.people import SiteFactory, person

pytestmark = pytest.mark.django_db


def test_the_sign_in_library_takes_a_passkey_made_for_tests() -> None:
    staff = person(SiteFactory.create(), "clinician")
    passkey = Passkey.added(staff)
    client = Client()
    options = client.get("/sign-in/passkey/", headers={"Accept": "application/json"}).json()
    body = {"credential": json.dumps(passkey.used(options["request_options"]))}
    assert client.post("/sign-in/passkey/", body).status_code == 302
    assert client.session["means"] == ["webauthn"]
