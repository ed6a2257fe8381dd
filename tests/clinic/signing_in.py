"""Signing in by password and by passkey, as a browser does."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from tests.factories.people import PASSWORD


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password} | more)


AJAX = {"X-Requested-With": "XMLHttpRequest"}


REFUSED = "This passkey does not work here"


def begin_passkey() -> tuple[Client, dict[str, Any]]:
    client = Client()
    return client, client.get("/sign-in/passkey/", headers=AJAX).json()["request_options"]


def send_passkey(client: Client, credential: Any, **more: str) -> Any:
    text = credential if isinstance(credential, str) else json.dumps(credential)
    return client.post("/sign-in/passkey/", {"credential": text} | more, follow=True)


def is_refused(client: Client, answer: Any) -> bool:
    return (
        answer.status_code == 200
        and answer.redirect_chain[-1][0].startswith("/sign-in/")
        and REFUSED in answer.content.decode()
        and "_auth_user_id" not in client.session
    )
