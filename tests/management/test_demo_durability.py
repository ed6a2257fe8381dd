"""Commits are quick only while the demo is built."""

from __future__ import annotations

from django.db import connection

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
