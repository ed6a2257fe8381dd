"""What is for monitors is there for this machine, and for who has the token."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from monitoring.web import monitors

PATHS = ["/health/", "/metrics/"]
WHO: dict[str, tuple[dict[str, Any], int]] = {
    "this machine": ({}, 200),
    "a socket of this machine": ({"REMOTE_ADDR": ""}, 200),
    "someone through the proxy": ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
    "someone elsewhere": ({"REMOTE_ADDR": "192.0.2.1"}, 404),
    "with another token": (
        {"REMOTE_ADDR": "192.0.2.1", "HTTP_AUTHORIZATION": "Bearer guessed"},
        404,
    ),
    "with the token": (
        {"HTTP_X_FORWARDED_FOR": "192.0.2.1", "HTTP_AUTHORIZATION": "Bearer right"},
        200,
    ),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", WHO)
def test_it_is_there_for_this_machine_and_for_who_has_the_token(
    settings: Settings, who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(monitors.TOLD) == PATHS
    monkeypatch.setitem(monitors.TOLD, path, lambda: HttpResponse("fine"))
    settings.HEALTH_TOKEN = "right"
    headers, status = WHO[who]
    page = Client().get(path, **headers)
    assert (page.status_code, page.content) == (status, b"fine" if status == 200 else b"")
    assert status == 404 or page["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_an_empty_one_opens_nothing(path: str) -> None:
    page = Client(REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer ").get(path)
    assert page.status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_sent_to_it(path: str) -> None:
    assert Client().post(path).status_code == 404
