"""Every address × everyone × own, foreign and made-up ids × every method, each with its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection

from clinic import clock as clinic_clock
from clinic.models import Staff, Tablet
from tests.clinic.knocked import world
from tests.clinic.matrix import (
    ASKING,
    EVERYONE,
    OTHER,
    OWN,
    Cell,
    World,
    cells,
    expected,
)
from tests.clinic.routes import ANYONE, ROUTES
from tests.shared import undone

__all__ = ["world"]

LEAST_CELLS = 3000
MAY_BE_WRITTEN = {
    "monitoring_accessentry",  # who was shown whose record
    "monitoring_listedpatient",
    "django_session",
    "clinic_cache",
    "clinic_tablet",  # when it was last seen, and nothing else of it
}
"""Tables that asking for a page may write."""
NAMES_SITES = {"emergency"}
"""Pages on which another site is chosen by its name."""
WRITE = re.compile(r'\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)"?(.*)', re.S | re.I)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Statements that write, but for those that asking for a page may cause."""
    found: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        match = WRITE.match(sql)
        if match and not _may_be(match[2], match[3]):
            found.append(sql[:120])
        return execute(sql, *args)

    with connection.execute_wrapper(watch):
        yield found


def _may_be(table: str, rest: str) -> bool:
    if table == "clinic_tablet":
        told = "|".join(sorted(Tablet.TOLD_BY_ITSELF))
        return re.match(rf'\s*SET "(?:{told})" = \S+ WHERE', rest) is not None
    return table in MAY_BE_WRITTEN


@dataclass
class Walk:
    """What was not as it must be, on the way through all cells of a route."""

    unexpected: dict[str, int] = field(default_factory=dict)
    astray: dict[str, str] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)


def walk(world: World, name: str) -> Walk:
    found = Walk()
    for cell in cells(name):
        with undone(), writes() as written:
            answer = world.ask(name, cell)
            page = text_of(answer)
        if answer.status_code != expected(name, cell):
            found.unexpected[str(cell)] = answer.status_code
        if cell.method in ASKING and written:
            found.written[str(cell)] = written
        if shown := foreign(world, name, cell, page):
            found.shown[str(cell)] = shown
        if ROUTES[name].who != ANYONE and not leads_right(cell, answer):
            found.astray[str(cell)] = answer.headers["Location"]
    return found


def text_of(answer: Any) -> str:
    """What the answer says; of a workbook the text of all its parts."""
    content: bytes = answer.getvalue() if answer.streaming else answer.content
    if not content.startswith(b"PK"):
        return content.decode()
    with ZipFile(BytesIO(content)) as parts:
        return "".join(parts.read(name).decode() for name in parts.namelist())


def foreign(world: World, name: str, cell: Cell, page: str) -> set[str]:
    """What a page shows of the other site: names, and ids that the request itself did not carry.

    Who is not signed in is shown names of the own site neither, but on its tablet's lock.
    """
    asked = world.ids[cell.path].path.values(), world.ids[cell.sent].sent.values()
    carried = {str(value) for values in asked for value in values}
    ids = world.ids["other"].shown_by(page) | world.ids["other in progress"].shown_by(page)
    if name in NAMES_SITES:
        page = page.replace(f"{OTHER} Clinic", "")
        ids.discard(world.ids["other"].sent["site"])
    words = {OTHER} | ({OWN} if cell.who in {"anonymous", "anonymous script"} else set())
    return {word for word in words if word.lower() in page.lower()} | (ids - carried)


def leads_right(cell: Cell, answer: Any) -> bool:
    """Who is not signed in is sent to sign in, or to the lock of an enrolled tablet."""
    if answer.status_code != 302 or not ("anonymous" in cell.who or cell.who == "deactivated"):
        return True
    page = "/lock/" if cell.who == "anonymous on a tablet" else "/sign-in/"
    return bool(answer.headers["Location"].startswith(f"{page}?next=/"))


@pytest.mark.parametrize("name", ROUTES)
def test_every_cell_answers_as_expected_shows_nothing_foreign_and_asking_changes_nothing(
    world: World, name: str
) -> None:
    assert walk(world, name) == Walk()


@pytest.mark.parametrize("is_whole", [True, False])
def test_the_matrix_is_as_large_as_it_must_be(is_whole: bool) -> None:
    found = sum(1 for name in ROUTES for _ in cells(name, is_whole=is_whole))
    assert found >= (LEAST_CELLS if is_whole else len(ROUTES) * len(EVERYONE))


# The checks can fail


def test_what_is_written_would_be_noticed(world: World) -> None:
    with undone(), writes() as written:
        Staff.objects.filter(last_name__startswith=OWN).update(phone="555")
    assert len(written) == 1


def test_a_tablet_may_be_seen_by_asking_and_nothing_else_of_it_is_written(world: World) -> None:
    with undone(), writes() as written:
        tablet = Tablet.objects.filter(name__startswith=OWN)
        tablet.update(last_seen_at=clinic_clock.now())
        assert written == []
        tablet.update(name="Renamed")
    assert len(written) == 1


def test_a_name_or_an_id_of_the_other_site_would_be_noticed(world: World) -> None:
    asked = Cell("nurse", "own", "own", "get")
    theirs = str(world.ids["other"].path["session_id"])
    assert foreign(world, "board", asked, f"<p>{OTHER.upper()}, Ann</p>") == {OTHER}
    assert foreign(world, "board", asked, f'<a href="/sessions/{theirs}/">') == {theirs}
    assert foreign(world, "board", asked, f"<p>{OWN}, Ann</p>") == set()
