"""A piece of a page that was kept is the one that would be rendered."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import timezone

from clinic.pages import kept
from monitoring.words.timeline import Entry

PIECE = "{% kept '_happened.html' entry=entry says_saved=says may_strike=entry.id|is_among:group %}"
AT = datetime(2026, 3, 10, 23, 30, 9, tzinfo=UTC)
ENTRY = Entry(AT, "Nausea", "<b>mild</b>", "Rosa Lind, RN", saved_at=AT)


def shown(entry: Entry = ENTRY, **more: object) -> str:
    context = {"entry": entry, "says": True, "group": "", **more}
    return str(Template(PIECE).render(Context(context)))


@pytest.fixture(autouse=True)
def _forget() -> None:
    kept._rendered.cache_clear()


def test_a_piece_is_rendered_once_for_the_same_values() -> None:
    with patch("clinic.pages.kept.render_to_string", wraps=render_to_string) as rendered:
        assert shown() == shown(Entry(AT, "Nausea", "<b>mild</b>", "Rosa Lind, RN", saved_at=AT))
        assert rendered.call_count == 1
        assert "Vomiting" in shown(Entry(AT, "Vomiting", "", "Rosa Lind, RN"))
        assert "Saved 23:30:09" in shown(says=True)
        assert "Saved 23:30:09" not in shown(says="")
        assert rendered.call_count == 3


def test_what_was_typed_is_never_markup_in_a_piece() -> None:
    assert "&lt;b&gt;mild&lt;/b&gt;" in shown()


def test_a_piece_is_kept_for_one_time_zone_alone() -> None:
    assert "Saved 23:30:09" in shown()
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert "Saved 12:30:09" in shown()


def test_a_piece_has_nothing_of_the_page_around_it() -> None:
    page = Template("{% kept 'session/_last_set.html' last=none %}|{% kept '_happened.html' %}")
    assert "Nausea" not in page.render(Context({"entry": ENTRY, "last": {"at": AT}}))
    assert "23:30" not in page.render(Context({"entry": ENTRY, "last": {"at": AT}}))


def test_while_pages_are_written_nothing_is_kept() -> None:
    with (
        override_settings(DEBUG=True),
        patch("clinic.pages.kept.render_to_string", wraps=render_to_string) as rendered,
    ):
        assert shown() == shown()
        assert rendered.call_count == 2


def test_whether_something_is_among_a_group_is_no_where_the_page_has_none() -> None:
    assert kept.is_among(1, {1, 2})
    assert not kept.is_among(3, {1, 2})
    assert not kept.is_among(AT, "")
