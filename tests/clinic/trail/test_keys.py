"""Keys of the trail, and anchors outside the database."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core import checks
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from clinic.trail import anchors, keys
from clinic.trail.anchors import Heads, MerkleTree
from tests.clock import TestClock
from tests.guards.world import Clinic, Visit


def found() -> list[str]:
    return [m.id for m in checks.run_checks() if m.id and m.id.startswith("clinic.")]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["clinic.E003"]),
        ({"one": "short"}, ["clinic.E004"]),
        ({"one": "x" * 32, "two": "short"}, ["clinic.E004"]),
        ({"one": "x" * 32}, []),
    ],
)
def test_a_key_that_can_be_guessed_stops_the_start(
    settings: Settings, given: dict[str, str], expected: list[str]
) -> None:
    settings.TRAIL_KEYS = given
    assert found() == expected


def test_the_first_key_signs_and_an_unknown_one_is_named(settings: Settings) -> None:
    settings.TRAIL_KEYS = {"new": "n" * 32, "old": "o" * 32}
    assert keys.current() == "new"
    assert keys.sign("new", "text") != keys.sign("old", "text")
    with pytest.raises(keys.UnknownKey, match="lost"):
        keys.sign("lost", "text")


def test_the_root_changes_with_any_head_and_not_with_their_order() -> None:
    heads = {str(n): (n, f"digest {n}") for n in range(1, 8)}
    root = MerkleTree(heads).root
    assert root == MerkleTree(dict(reversed(heads.items()))).root
    for chain in heads:
        assert MerkleTree({**heads, chain: (99, "other")}).root != root
        assert MerkleTree({k: v for k, v in heads.items() if k != chain}).root != root
    assert MerkleTree({}).root == ""


HEADS = st.dictionaries(
    st.text("abcd", min_size=1, max_size=3),
    st.tuples(st.integers(0, 2), st.sampled_from(("x", "y"))),
    max_size=30,
)


@given(before=HEADS, after=HEADS, moves=st.booleans())
def test_the_root_is_the_same_with_the_tree_of_before_at_hand(
    before: Heads, after: Heads, moves: bool
) -> None:
    if moves:
        after = {**before, **after}
    assert MerkleTree(after, MerkleTree(before)).root == MerkleTree(after).root


def anchor() -> str:
    out = StringIO()
    call_command("anchor", stdout=out)
    return out.getvalue()


def test_anchors_follow_each_other_and_each_has_a_number(
    clinic: Clinic, clock: TestClock, anchors_folder: Path
) -> None:
    Visit(clinic, clock)
    first = anchor()
    Visit(clinic, clock)
    second = anchor()
    assert "000001-2026-03-10.json" in first
    assert "000002-2026-03-10.json" in second
    read = anchors.read()
    assert (read.files, read.problems) == (2, [])
    assert MerkleTree(read.heads).root in second


def test_no_anchor_is_put_on_top_of_a_broken_one(
    clinic: Clinic, clock: TestClock, anchors_folder: Path
) -> None:
    anchor()
    (path,) = anchors_folder.iterdir()
    path.write_text(path.read_text().replace("0", "1"))
    with pytest.raises(CommandError, match="is not signed by its key"):
        anchor()
    assert len(list(anchors_folder.iterdir())) == 1


def test_two_anchors_at_once_do_not_overwrite_each_other(
    clinic: Clinic, clock: TestClock, anchors_folder: Path
) -> None:
    anchors_folder.mkdir()
    (anchors_folder / "000001-2026-03-10.draft").write_text("begun by another")
    with pytest.raises(CommandError, match="Another anchor"):
        anchor()
    assert anchors.read().files == 0


def test_an_anchor_signed_with_a_key_that_is_gone_is_named(
    clinic: Clinic, clock: TestClock, settings: Settings
) -> None:
    anchor()
    settings.TRAIL_KEYS = {"other": "o" * 40}
    ((_name, words),) = anchors.read().problems
    assert "is signed with the key test, which was not given" in words


def test_of_one_session_the_key_of_an_older_anchor_that_is_gone_is_named(
    clinic: Clinic, settings: Settings
) -> None:
    anchor()
    kept = settings.TRAIL_KEYS
    settings.TRAIL_KEYS = {"other": "o" * 40, **kept}
    anchor()
    assert anchors.opened().problems == []
    settings.TRAIL_KEYS = {"other": "o" * 40}
    (_name, words), *_ = anchors.opened().problems
    assert "is signed with the key test, which was not given" in words


def test_each_chain_of_a_long_anchor_is_found_in_it_and_no_other(
    clinic: Clinic, anchors_folder: Path
) -> None:
    ids = [str(UUID(int=number << 64)) for number in range(0, 120, 2)]
    heads = {id: (10**number, f"{number:064x}") for number, id in enumerate(ids, start=1)}
    anchors.write(heads=heads)
    for number in range(120):
        found = anchors.opened()
        id = str(UUID(int=number << 64))
        found.take([id])
        assert found.every == ({id: [heads[id]]} if id in heads else {})


@pytest.fixture
def three_files(clinic: Clinic) -> list[UUID]:
    """Three anchors: of every second of some chains, of each third with more entries, and of one
    that went back, with one more. Answers all ids, also those of no chain."""
    ids = [UUID(int=number << 64) for number in range(1, 40)]
    heads = {str(id): (10, f"{number:064x}") for number, id in enumerate(ids) if number % 2}
    anchors.write(heads=heads)
    heads |= {str(id): (20, f"{number:064x}") for number, id in enumerate(ids) if not number % 3}
    anchors.write(heads=heads)
    heads |= {str(ids[3]): (15, "a" * 64), str(ids[-1]): (1, "b" * 64)}
    anchors.write(heads=heads)
    return ids


def test_the_heads_between_two_chains_are_those_of_all_that_lie_there(
    three_files: list[UUID],
) -> None:
    whole, some = anchors.read(), anchors.opened()
    for after in [None, *three_files]:
        for until in [*three_files, None]:
            of_all = {
                id: heads
                for id, heads in whole.every.items()
                if (after is None or UUID(id) > after) and (until is None or UUID(id) <= until)
            }
            assert some.between(after, until).every == of_all


@pytest.mark.parametrize("at_once", [1, 2, 7, 1000])
def test_all_anchors_are_checked_some_chains_at_a_time_with_the_same_result(
    at_once: int, three_files: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "AT_ONCE", at_once)
    whole, checked = anchors.read(), anchors.checked()
    assert checked.backwards == whole.backwards
    assert [chain for _, chain, _ in whole.backwards] == [str(three_files[3])]
    assert (checked.files, checked.problems) == (3, whole.problems) == (3, [])
    assert not checked.every


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_root_of_other_heads_is_named_however_many_are_checked_at_a_time(
    at_once: int, clinic: Clinic, anchors_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by who has the key, and of heads that are not those of the file."""
    monkeypatch.setattr(anchors, "AT_ONCE", at_once)
    anchors.write(heads={str(UUID(int=number)): (1, "a" * 64) for number in range(9)})
    (path,) = anchors_folder.iterdir()
    body = json.loads(path.read_text())
    del body["signature"]
    path.unlink()
    anchors.keep(path, body | {"moved": {**body["moved"], str(UUID(int=4)): (2, "b" * 64)}})
    named = [(path.name, "has another root than its heads")]
    assert anchors.checked().problems == anchors.read().problems == named
