"""Anchors that someone changed, took away or put in another order are named."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from clinic.models import ChainHead, TrailEntry
from clinic.trail import anchors
from tests.proof.scene import Scene, verified


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
    assert second["root"] == anchors.merkle_root(anchors.current_heads())
    assert second["chains"] == ChainHead.objects.count()
    assert second["entries"] == TrailEntry.objects.count()
