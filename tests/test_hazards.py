"""The log of hazards names controls and tests that exist; without its control, a test fails."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine import IS_WHOLE
from tests.mutant import MUTANTS

ROOT = Path(__file__).parents[1]
CELL = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Hazard:
    """One line of the log."""

    number: int
    controls: tuple[str, ...]
    test: str
    left: str


def _log() -> dict[int, Hazard]:
    found = {}
    for line in (ROOT / "docs" / "hazards.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[0].isdigit():
            tests = CELL.findall(cells[3])
            number = int(cells[0])
            found[number] = Hazard(number, tuple(CELL.findall(cells[2])), "".join(tests), cells[4])
    return found


HAZARDS = _log()


def is_there(name: str) -> bool:
    """Whether the file exists, and in it the function, class, list or guard that is named."""
    path, _, symbol = name.partition("::")
    file = ROOT / path
    if not file.exists() or "::" not in name:
        return file.exists()
    if file.suffix == ".sql":
        return f"-- guard: {symbol} on:" in file.read_text()
    names: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {ast.unparse(target) for target in targets}
    return symbol in names


def test_all_46_hazards_are_in_the_log() -> None:
    assert list(HAZARDS) == list(range(1, 47))


@pytest.mark.parametrize("number", HAZARDS)
def test_a_hazard_names_what_is_there_or_says_what_is_missing(number: int) -> None:
    hazard = HAZARDS[number]
    missing = [name for name in (*hazard.controls, hazard.test) if name and not is_there(name)]
    assert missing == []
    assert (hazard.controls and hazard.test) or hazard.left


def test_at_least_twenty_hazards_have_a_control_that_can_be_taken_away() -> None:
    assert len(MUTANTS) >= 20
    for number, mutant in MUTANTS.items():
        assert mutant.path in {c.partition("::")[0] for c in HAZARDS[number].controls}, number
        assert (ROOT / mutant.path).read_text().count(mutant.control) == 1, number


is_slow = pytest.mark.skipif(not IS_WHOLE, reason="each runs a test of its own: `make hazards`")


@is_slow
def test_with_its_control_each_test_passes() -> None:
    assert _run("", *sorted({HAZARDS[number].test for number in MUTANTS})) == 0


@is_slow
@pytest.mark.parametrize("number", MUTANTS)
def test_without_the_control_its_test_fails(number: int) -> None:
    assert _run(str(number), HAZARDS[number].test) == 1


def _run(mutant: str, *tests: str) -> int:
    plugins = ["-p", "tests.mutant", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", *plugins, *tests],
        cwd=ROOT,
        env=os.environ | {"MUTANT": mutant},
        capture_output=True,
        check=False,
    ).returncode
