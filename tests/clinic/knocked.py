"""Both sites and everyone who knocks, built once for a module of tests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from monitoring.web.review import paper
from tests import shared
from tests.clinic.matrix import World, build


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """What would be a PDF is the text that it is made from."""
    logged = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    with (
        shared.world(django_db_blocker) as clock,
        override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 60 * 60),
        patch.object(paper, "pdf", lambda html, _sheet: html.encode()),
    ):
        yield build(clock)
    logging.disable(logged)
