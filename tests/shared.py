"""What several tests share: built once, and as it was before each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoDbBlocker

from clinic import clock as clinic_clock
from clinic.pages import kept
from monitoring.reports.drawing import drawn
from monitoring.words import readings
from tests.clock import TestClock

UNTOLD = settings.BASE_DIR / ".pytest_cache" / "untold-reads.jsonl"
QUICK = {
    "UNTOLD_READS": UNTOLD,
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STORAGES": {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}
"""Settings of every test: passwords that are hashed at once, and static files as they stand."""


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    block = transaction.atomic()
    # A verb is durable: it begins a transaction of its own, but for those of tests.
    vars(block)["_from_testcase"] = True
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def world(blocker: DjangoDbBlocker) -> Iterator[TestClock]:
    """The test clock, in a transaction that is taken back at the end.

    For a fixture of a whole module: what it makes, each test then finds, for the transaction of a
    test is a savepoint within this one. Not for tests that commit.
    """
    clock = TestClock()
    with blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(clinic_clock, "now", clock.now)
        with undone():
            yield clock


def forget() -> None:
    """As a process that has just begun: nothing is kept of what was rendered, drawn or worded."""
    for made in (kept._rendered, drawn, readings._cells):
        made.cache_clear()
