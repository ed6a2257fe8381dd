"""Anchors that someone changed, took away or put in another order are named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from clinic.models import ChainHead, TrailEntry
from clinic.trail import anchors, keys
from clinic.trail.canonical import canonical
from tests.proof.scene import Scene, verified, without_guards


def _edited(path: Path) -> None:
    path.write_text(path.read_text().replace('"chains":', '"chains":1'))


ANCHORS: dict[str, tuple[Callable[[list[Path]], Any], str]] = {
    "edited": (lambda files: _edited(files[0]), "is not signed by its key"),
    "taken away": (lambda files: files[0].unlink(), "does not follow the anchor before it"),
    "no text": (lambda files: files[0].write_bytes(b"\xff\xfe"), "is not an anchor"),
    "emptied": (lambda files: files[0].write_text(""), "is not an anchor"),
    "put in again": (
        lambda files: (files[0].parent / "000009-x.json").write_text(files[0].read_text()),
        "does not follow the anchor before it",
    ),
}


@pytest.mark.parametrize("how", ANCHORS)
def test_an_anchor_that_was_tampered_with_is_named(
    how: str, scene: Scene, anchors_folder: Path
) -> None:
    scene.going_on.observe()
    call_command("anchor", stdout=StringIO())
    tamper, words = ANCHORS[how]
    tamper(sorted(anchors_folder.iterdir()))
    assert words in verified()


def test_an_anchor_names_only_the_chains_that_moved(scene: Scene, anchors_folder: Path) -> None:
    scene.going_on.observe()
    call_command("anchor", stdout=StringIO())
    second = json.loads(sorted(anchors_folder.iterdir())[1].read_text())
    assert list(second["moved"]) == [str(scene.going_on.id)]
    assert second["root"] == anchors.MerkleTree(anchors.current_heads()).root
    assert second["chains"] == ChainHead.objects.count()
    assert second["entries"] == TrailEntry.objects.count()


def test_no_anchor_is_put_over_a_head_whose_entry_is_gone(
    scene: Scene, anchors_folder: Path
) -> None:
    """The head of a chain alone proves nothing: its entry is looked for."""
    chain = scene.going_on.id
    call_command("anchor", stdout=StringIO())
    with without_guards():
        TrailEntry.objects.filter(chain=chain).order_by("-seq")[:1].get().delete()
    with pytest.raises(CommandError, match=str(chain)):
        call_command("anchor", stdout=StringIO())


def test_the_leaves_of_the_root_are_the_canonical_text_of_each_head() -> None:
    chain, count, digest = "0190a6f4-0000-7000-8000-000000000000", 7, "ab" * 32
    leaf = hashlib.sha256(canonical([chain, count, digest]).encode()).hexdigest()
    assert anchors.MerkleTree({chain: (count, digest)}).root == leaf


def test_of_one_session_the_files_that_name_it_are_read_and_all_are_checked(
    scene: Scene, anchors_folder: Path
) -> None:
    scene.going_on.observe()
    call_command("anchor", stdout=StringIO())
    chain = str(scene.going_on.id)
    whole, some = anchors.read(), anchors.opened()
    some.take([chain])
    assert some.every == {chain: whole.every[chain]}
    assert len(some.every[chain]) == 2
    assert (some.files, some.last_digest) == (whole.files, whole.last_digest)
    _edited(sorted(anchors_folder.iterdir())[0])
    assert [words for _, words in anchors.opened().problems] == [
        "is not signed by its key",
        "does not follow the anchor before it",
    ]


@pytest.mark.parametrize("number", range(3))
def test_of_one_session_a_signature_that_was_changed_in_any_file_is_named(
    number: int, scene: Scene, anchors_folder: Path
) -> None:
    call_command("anchor", stdout=StringIO())
    call_command("anchor", stdout=StringIO())
    path = sorted(anchors_folder.iterdir())[number]
    text = path.read_text()
    signature = json.loads(text)["signature"]
    path.write_text(text.replace(signature, signature[::-1]))
    assert (path.name, "is not signed by its key") in anchors.opened().problems


def test_of_one_session_the_last_file_vouches_for_those_before_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("anchor", stdout=StringIO())
    made: list[str] = []
    sign = keys.sign

    def counted(key_id: str, *given: Any) -> str:
        made.append(key_id)
        return sign(key_id, *given)

    monkeypatch.setattr(keys, "sign", counted)
    assert (anchors.opened().files, len(made)) == (2, 1)
    assert (anchors.read().files, len(made)) == (2, 3)
