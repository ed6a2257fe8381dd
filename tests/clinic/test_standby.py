"""A standby is read while it keeps up, and nothing is ever written on the way to it."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from clinic import standby
from clinic.standby import State
from tests.clinic.production import manage

MOST = 10
STATES = {
    "it has everything, and nothing was written for hours": (State(True, True, True, 7200), True),
    "it is a moment behind": (State(True, True, False, 0.2), True),
    "it is at the bound": (State(True, True, False, 10), True),
    "it is beyond the bound": (State(True, True, False, 10.1), False),
    "it never showed a change": (State(True, True, False, None), False),
    "it has everything, and shows no change since it began": (State(True, True, True, None), True),
    "it is a primary itself": (State(True, False, False, 0), False),
    "it is of another clinic": (State(False, True, True, 0), False),
}


@pytest.mark.parametrize("words", STATES)
def test_it_is_read_while_it_keeps_up(words: str) -> None:
    state, is_read = STATES[words]
    assert state.keeps_up(MOST) is is_read


@pytest.fixture
def second(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A connection of its own in the place of a standby's, and what is found of it."""
    found: Any = connection.copy(standby.ALIAS)
    monkeypatch.setitem(connections.settings, standby.ALIAS, found.settings_dict)
    connections[standby.ALIAS] = found
    monkeypatch.setattr(standby, "state", lambda *both: State(True, True, True, 0))
    yield found
    found.close()
    del connections[standby.ALIAS]


def test_inside_every_query_goes_to_the_standby_and_after_it_to_the_primary(second: Any) -> None:
    primary = connections["default"]
    with standby.reading():
        assert connections["default"] is second
    assert connections["default"] is primary
    with pytest.raises(ValueError, match="broken off"), standby.reading():
        raise ValueError("broken off")
    assert connections["default"] is primary


def test_within_a_transaction_its_own_rows_are_read(second: Any) -> None:
    primary = connections["default"]
    with transaction.atomic(), standby.reading():
        assert connections["default"] is primary


def test_one_that_lags_is_not_read(
    second: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(standby, "state", lambda *both: State(True, True, False, 11))
    with caplog.at_level(logging.WARNING, "clinic.standby"), standby.reading():
        assert connections["default"] is not second
    assert "does not keep up" in caplog.text


def test_one_that_does_not_answer_is_not_read(
    second: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone(*both: Any) -> State:
        raise OperationalError("gone")

    monkeypatch.setattr(standby, "state", gone)
    with caplog.at_level(logging.WARNING, "clinic.standby"), standby.reading():
        assert connections["default"] is not second
    assert "does not answer" in caplog.text


def test_without_one_the_primary_is_read(db: None) -> None:
    primary = connections["default"]
    with standby.reading():
        assert connections["default"] is primary


def test_its_address_makes_a_connection_that_takes_no_writing() -> None:
    asked = "from django.conf import settings; print(settings.DATABASES['standby']['OPTIONS'])"
    url = "postgresql://clinic_app:word@127.0.0.1:5001/clinic?connect_timeout=3"
    done = manage("shell", "-v", "0", "-c", asked, CLINIC_STANDBY_URL=url)
    assert "default_transaction_read_only=on" in done.stdout, done.stderr
    assert "'connect_timeout': 3" in done.stdout
