"""Commits are quick only while the demo is built."""

from __future__ import annotations

from itertools import count

import pytest
from django.db import connection

from monitoring import guards
from monitoring.guards import clocks
from monitoring.management.demo.build import quick_commits


def durability() -> object:
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit")
        return cursor.fetchone()[0]


def test_commits_are_durable_again_after_the_build(committed_db: None) -> None:
    before = durability()
    with quick_commits():
        assert durability() != before

    assert durability() == before


def test_a_build_goes_on_however_long_it_takes(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "seconds", count(step=3600).__next__)
    with quick_commits():
        guards.require()
    guards.require()
