"""The bill of materials names each part of the product, in the form that others read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import bom
from tests.engine import IS_WHOLE


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    """Made by the tool, which needs the network once, and where tests decide has to be there."""
    try:
        return bom.bom()
    except subprocess.CalledProcessError:
        if "CI" in os.environ:
            raise
        pytest.skip("the tool could not be fetched")


def test_it_names_each_package_that_is_locked_and_each_file_that_others_wrote(
    whole: dict[str, Any],
) -> None:
    lock = (bom.ROOT / "requirements.txt").read_text()
    locked = {f"{name}@{v}" for name, v in re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE)}
    locked |= {f"{name}@{v}" for name, v in re.findall(r"^([\w.-]+)\[\w+\]==([\w.]+)", lock, re.M)}
    named = {f"{part['name']}@{part['version']}" for part in whole["components"]}
    theirs = {f"{part['name']}@{part['version']}" for part in bom.vendored()}
    assert len(locked) > 30
    assert len(theirs) == 2
    assert named == locked | theirs
    (mine,) = [one for one in whole["dependencies"] if one["ref"] == "session-record"]
    assert len(mine["dependsOn"]) == len(named)


@pytest.mark.skipif(not IS_WHOLE, reason="takes some seconds: in `make test-all`")
def test_it_is_valid_and_one_with_a_wrong_word_would_not_be(
    whole: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(whole))
    assert bom.faults(path) == ""
    path.write_text(json.dumps(whole | {"parts": []}))
    assert "'parts' was unexpected" in bom.faults(path)


def test_a_file_that_others_wrote_is_told_with_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bom, "VENDORED", tmp_path)
    (tmp_path / "htmx-2.0.0.min.js").write_bytes(b"")
    (told,) = bom.vendored()
    assert told["purl"] == "pkg:npm/htmx.org@2.0.0"
    assert told["hashes"][0]["content"].startswith("e3b0c44298fc1c14")
    (tmp_path / "unknown-1.0.min.js").touch()
    with pytest.raises(KeyError):
        bom.vendored()
