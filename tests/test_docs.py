"""What the documents name is there: files, folders, commands of the Makefile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clinic.models.row import Guarded

ROOT = Path(__file__).parents[1]
DOCS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / ".pre-commit-config.yaml",
    ROOT / "docs" / "architecture.md",
    ROOT / "docs" / "glossary.md",
]
PATH = re.compile(r"`((?:clinic|monitoring|tests|docs|templates)/[\w./-]*)`")
LINK = re.compile(r"\]\(([\w./-]+)\)")
COMMAND = re.compile(r"\bmake ([a-z][a-z-]+)\b(?=[`\n]| +#)")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()


@pytest.mark.parametrize("page", DOCS, ids=lambda p: p.name)
def test_what_is_named_is_there(page: Path) -> None:
    text = page.read_text()
    named = {ROOT / path for path in PATH.findall(text)}
    named |= {page.parent / link for link in LINK.findall(text)}
    assert {str(path) for path in named if not path.exists()} == set()


def test_every_command_that_is_named_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {word for page in DOCS for word in COMMAND.findall(page.read_text())}
    assert {"check", "test", "test-all", "lint", "types", "imports", "run"} <= named
    assert named <= targets


@pytest.mark.parametrize("model", Guarded.tables(), ids=lambda m: m.__name__)
def test_every_noun_of_the_record_is_in_the_glossary(model: type[Guarded]) -> None:
    assert f"| {NAMES.get(model.__name__, str(model._meta.verbose_name))} |" in GLOSSARY


NAMES = {
    "AccessEntry": "access log",
    "ChainHead": "chain",
    "DoseEnd": "dose",
    "ListedPatient": "access log",
    "PatientAmendment": "amendment",
    "SiteProtocol": "protocol version",
    "StaffContactStrike": "strike",
    "TrailEntry": "trail",
}
"""Tables whose noun is part of another word."""
