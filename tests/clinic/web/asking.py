"""Asking for emergency access."""

from __future__ import annotations

from typing import Any

from django.test import Client

from clinic.ids import uuid7
from clinic.models import Site
from tests.factories.people import PASSWORD


def ask(client: Client, at: Site, **given: Any) -> Any:
    body = {"id": str(uuid7()), "site": str(at.pk), "reason": "Chest pain", "password": PASSWORD}
    return client.post("/emergency/", body | given)
