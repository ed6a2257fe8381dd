"""By the name of a request what failed is found in the log."""

from __future__ import annotations

import json
import logging
import logging.config
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import Client
from pytest_django import Settings

from clinic import logs, request_id

PATIENT = "Smith, Jane"
NAME = re.compile(r"[2-9a-z]{4}-[2-9a-z]{4}")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Client:
    """A client for which the sign-in page fails, with a value in what is raised."""

    def fail(*given: object, **named: object) -> None:
        logging.getLogger("clinic").warning("On the way")
        raise ValueError(PATIENT)

    monkeypatch.setattr(SessionMiddleware, "process_request", fail)
    return Client(raise_request_exception=False)


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(getattr(request, "param", logs.ValueFreeFormatter)())
    logging.root.addHandler(handler)
    yield written
    logging.root.removeHandler(handler)


def test_the_page_that_says_something_failed_names_the_request_as_the_log_does(
    broken: Client, log: StringIO
) -> None:
    page = broken.get("/sign-in/")
    assert page.status_code == 500
    name = page["X-Request-ID"]
    assert NAME.fullmatch(name)
    assert f"<strong>{name}</strong>" in page.content.decode()
    assert f"WARNING clinic {name} On the way" in log.getvalue()
    assert f"ERROR django.request {name} Internal Server Error: /sign-in/" in log.getvalue()
    assert "Smith" not in log.getvalue() + page.content.decode()


@pytest.mark.parametrize("log", [logs.JsonFormatter], indirect=True)
def test_for_a_collector_each_line_is_one_object(broken: Client, log: StringIO) -> None:
    page = broken.get("/sign-in/")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert {line["request"] for line in lines} == {page["X-Request-ID"]}
    last = lines[-1]
    assert (last["level"], last["logger"], last["status"]) == ("ERROR", "django.request", 500)
    assert last["trace"].endswith("ValueError")
    assert "Smith" not in log.getvalue()


def test_a_page_that_is_not_there_is_named_too(db: None, log: StringIO) -> None:
    page = Client().get("/no-such-page/")
    assert f"{page['X-Request-ID']} Not Found: /no-such-page/" in log.getvalue()


def test_no_two_requests_have_one_name_and_none_is_left_afterwards(db: None) -> None:
    names = {Client().get("/sign-in/")["X-Request-ID"] for _ in range(20)}
    assert len(names) == 20
    assert request_id.current() == ""


@pytest.mark.parametrize(
    ("given", "is_taken"), [("a1b2c3d4e5f6", True), ("short", False), ("a line\nmore", False)]
)
def test_the_proxys_name_is_taken_where_one_is_in_front(
    db: None, settings: Settings, given: str, is_taken: bool
) -> None:
    settings.BEHIND_PROXY = True
    name = Client().get("/sign-in/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (name == given) == is_taken
    settings.BEHIND_PROXY = False
    assert Client().get("/sign-in/", headers={"X-Request-ID": given})["X-Request-ID"] != given
