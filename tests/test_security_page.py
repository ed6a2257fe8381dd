"""The page on security tells of tests, modules and requirements that exist, each once."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text()
COUNTS: dict[int, tuple[int, int]] = {
    1: (8, 19),
    2: (4, 7),
    3: (8, 11),
    4: (2, 8),
    5: (4, 5),
    6: (13, 22),
    7: (6, 12),
    8: (4, 3),
    9: (4, 3),
    10: (5, 24),
    11: (3, 11),
    12: (3, 6),
    13: (1, 12),
    14: (2, 7),
    15: (3, 10),
    16: (0, 16),
    17: (0, 7),
}
"""Requirements of level 1 and of level 2 in each chapter of ASVS 5.0.0, counted in its own list."""
ANSWER = re.compile(r"(Test|How|Not applicable|Not met): \S.*")
NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@dataclass(frozen=True)
class Row:
    chapter: int
    id: str
    level: str
    subject: str
    answer: str

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.id.split("."))


def _rows() -> list[Row]:
    """The rows of the tables below a chapter's heading, but for the two of each table's head."""
    found, chapter = [], 0
    for line in PAGE.splitlines():
        if heading := re.match(r"## (?:V(\d+) )?", line):
            chapter = int(heading[1] or 0)
        if chapter and line.startswith("|"):
            found.append(Row(chapter, *(cell.strip() for cell in line.strip("|").split("|"))))
    return [r for r in found if r.id != "id" and set(r.id) != {"-"}]


ROWS = _rows()


@cache
def _functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _gone(text: str) -> list[str]:
    """The tests that `text` names and that are not there."""
    return [
        f"{path}::{name}"
        for path, name in NAMED_TEST.findall(text)
        if not (ROOT / path).is_file() or name not in _functions(path)
    ]


def test_every_test_that_is_named_exists() -> None:
    assert _gone(PAGE) == []


def test_a_test_that_does_not_exist_would_be_noticed() -> None:
    made_up = ("tests/test_security_page.py::test_made_up", "tests/nowhere.py::test_it_works")
    assert _gone(" ".join(f"`{name}`" for name in made_up)) == list(made_up)


def test_every_mention_of_a_test_is_one_that_is_looked_for() -> None:
    assert len(NAMED_TEST.findall(PAGE)) == PAGE.count("::")


def test_every_file_that_is_named_exists() -> None:
    named = set(re.findall(r"`([\w./-]+\.(?:py|html|txt|in|toml))(?:::\w+)?`", PAGE))
    named |= {f"docs/{link}" for link in re.findall(r"\]\(([\w./-]+)\)", PAGE)}
    assert {path for path in named if not (ROOT / path).is_file()} == set()


def test_every_setting_that_is_named_is_one() -> None:
    settings = "".join(
        (ROOT / "clinic" / name).read_text() for name in ("settings.py", "access.py")
    )
    named = set(re.findall(r"`([A-Z][A-Z_]{4,})`", PAGE))
    assert named
    assert {name for name in named if name not in settings} == set()


def test_each_requirement_stands_once_in_its_order_and_chapter() -> None:
    numbers = [row.numbers for row in ROWS]
    assert numbers == sorted(set(numbers))
    assert {row.id for row in ROWS if row.numbers[0] != row.chapter or len(row.numbers) != 3} == (
        set()
    )


def test_no_requirement_of_the_first_two_levels_is_missing() -> None:
    counted = Counter((row.chapter, row.level) for row in ROWS)
    assert counted == Counter(
        {
            (chapter, str(level)): count
            for chapter, counts in COUNTS.items()
            for level, count in enumerate(counts, start=1)
            if count
        }
    )
    assert (sum(one for one, _ in COUNTS.values()), sum(two for _, two in COUNTS.values())) == (
        70,
        183,
    )


def test_each_row_has_a_subject_and_an_answer_of_one_kind() -> None:
    answers = {row.id: ANSWER.fullmatch(row.answer) for row in ROWS}
    assert [row.id for row in ROWS if not row.subject or not answers[row.id]] == []


def test_each_row_that_is_tested_names_its_test_first() -> None:
    tested = [row for row in ROWS if row.answer.startswith("Test: ")]
    assert tested
    assert [r.id for r in tested if not NAMED_TEST.match(r.answer, len("Test: "))] == []


def test_what_is_not_met_stands_first_and_is_whole() -> None:
    first = PAGE.split("\n## ")[1]
    assert first.startswith("What is not met\n")
    listed = re.findall(r"^- ([\d.]+) \(level (\d)\): (.+)$", first, re.M)
    rows = [row for row in ROWS if row.answer.startswith("Not met: ")]
    assert listed == [(row.id, row.level, row.subject) for row in rows]
    assert f"{len(rows)} are not met" in first
