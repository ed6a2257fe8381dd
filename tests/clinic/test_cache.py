"""What the limits are counted in: read as data alone, whoever wrote it."""

from __future__ import annotations

import ast
import base64
import os
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from tests.clinic.signing_in import sign_in
from tests.factories.people import SiteFactory, person

ROOT = Path(__file__).parents[2]


class Bomb:
    """Says so, where a pickle of it is read."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(Bomb.crater),)

    crater = Path()


@pytest.fixture
def bomb(tmp_path: Path) -> bytes:
    Bomb.crater = tmp_path / "crater"
    return pickle.dumps(Bomb())


def rows() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM clinic_cache")
        return dict(cursor.fetchall())


def put(text: str) -> int:
    """`text` in place of every value that the table holds."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clinic_cache SET value = %s", [text])
        return int(cursor.rowcount)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["as Django kept it", "bare"])
def test_a_pickle_in_the_table_runs_nothing(bomb: bytes, form: str) -> None:
    from django.test import Client

    staff = person(SiteFactory.create(), "nurse")
    sign_in(Client(), staff.username, "wrong")
    text = base64.b64encode(bomb).decode() if form == "as Django kept it" else bomb.decode("latin1")
    assert put(text.replace("\x00", "")) >= 1
    assert sign_in(Client(), staff.username, "wrong").status_code == 422
    assert sign_in(Client(), staff.username).status_code == 302
    assert not Bomb.crater.exists()


def test_the_pickle_of_these_tests_would_run_where_it_is_read(bomb: bytes) -> None:
    pickle.loads(bomb)
    assert Bomb.crater.is_dir()


def test_nothing_of_ours_reads_a_pickle() -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "yaml"}
    found = {
        (path.name, name)
        for room in ("clinic", "monitoring")
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(a.name for a in node.names)]
        if name and name.partition(".")[0] in unsafe
    }
    assert found == set()
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")


@pytest.mark.django_db
@pytest.mark.parametrize("value", [True, [1.5, 2.5], "text", {"a": [None]}])
def test_what_is_put_there_comes_back(value: Any) -> None:
    cache.set("a", value, 60)
    assert cache.get("a") == value
    assert cache.get_many(["a", "b"]) == {"a": value}
    cache.delete("a")
    assert cache.get("a", "nothing") == "nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "NaN,"])
def test_what_cannot_be_read_counts_as_not_there(text: str) -> None:
    cache.set("a", True, 60)
    put(text)
    assert cache.get("a", "nothing") == "nothing"
    cache.set("a", 2, 60)
    assert cache.get("a") == 2


@pytest.mark.django_db
def test_what_is_over_is_not_there_and_goes_with_what_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_700_000_000.0
    monkeypatch.setattr("clinic.cache.time.time", lambda: now)
    for number in range(5):
        cache.set(f"old-{number}", number, 60)
    cache.add("old-lock", True, 60)
    assert not cache.add("old-lock", True, 60)
    assert cache.touch("old-4", 300)
    now += 61
    assert cache.get("old-0") is None
    assert cache.get("old-4") == 4
    assert cache.add("old-lock", True, 60)
    cache.set("new", 1, 60)
    assert {key.rpartition(":")[2] for key in rows()} == {"old-4", "old-lock", "new"}


def test_of_several_at_once_one_alone_adds(race: Callable[..., list[Any]]) -> None:
    for number in range(4):
        outcomes = race(*[partial(cache.add, f"lock-{number}", True, 60)] * 4)
        assert sorted(outcomes) == [False, False, False, True]
