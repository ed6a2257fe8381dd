"""The verbs of the organisation are the only code that writes its rows."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from clinic import actions
from clinic.models import Membership, Proposal, SavedView, Shift, Site, Staff, Tablet
from clinic.verbs import Verb
from tests.clinic.declared import declared

ROOT = Path(__file__).parents[2]
MODELS = (Site, Staff, Membership, Proposal, Tablet, Shift, SavedView)
NAMES = {model.__name__ for model in MODELS}
WRITES = {
    "save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create",
    "update_or_create", "create_user", "create_superuser", "add", "set", "clear", "remove",
    "set_password", "set_unusable_password",
}  # fmt: skip
MANAGERS = {
    "objects",
    "memberships",
    "proposals",
    "tablets",
    "shifts",
    "saved_views",
    "_default_manager",
}
WRITERS = {"clinic/trail/changes.py", "clinic/session_store.py"}
"""What verbs write by; and Django's session of a browser, which is no row of the organisation."""
PRODUCT = [
    str(path.relative_to(ROOT))
    for package in ("clinic", "monitoring")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]


def writes(path: str) -> list[str]:
    """Calls in a file that write a row of the organisation by its model or its manager, or save one
    by a name that says what it is."""
    found = []
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr not in WRITES:
            continue
        of = ast.unparse(node.func.value)
        is_manager = re.match(rf"({'|'.join(NAMES)})\.({'|'.join(MANAGERS)})\b", of)
        is_related = re.search(r"\.(memberships|proposals|tablets|shifts|saved_views)\b", of)
        is_row = re.fullmatch(
            r"(\w+\.)*(staff|user|site|tablet|person|membership|proposal|visit|shift|view|found|by|self"
            r"|nurse|clinician|administrator|role)",
            of,
        )
        if is_manager or is_related or (is_row and node.func.attr in {"save", "delete"}):
            found.append(ast.unparse(node))
    return found


OUTSIDE = [p for p in PRODUCT if not p.startswith("clinic/actions/") and p not in WRITERS]


@pytest.mark.parametrize("path", [p for p in OUTSIDE if writes(p)] or [""])
def test_no_other_code_writes_the_organisation(path: str) -> None:
    assert path == "", writes(path)


def test_the_search_sees_what_writes() -> None:
    """So that the test above can fail: the rows that are no record are written in the open."""
    assert writes("clinic/actions/sessions.py")
    assert writes("clinic/actions/try_pin.py")


def test_in_the_verbs_rows_that_are_logged_are_written_by_the_log() -> None:
    """Shifts and what is no record apart; `last_site` is never logged, nor what a tablet tells of
    itself."""
    told = "|".join(sorted({"last_site", *Tablet.TOLD_BY_ITSELF}))
    logged = {m.__name__ for m in MODELS} - {"Shift"}
    for path in PRODUCT:
        if not path.startswith("clinic/actions/"):
            continue
        for call in writes(path):
            if re.match(rf"({'|'.join(logged)})\.", call):
                assert path == "clinic/actions/sessions.py", call
                assert re.search(rf"\.update\(({told})=", call), call


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_our_own_models_have_no_receivers(model: type) -> None:
    for signal in (pre_save, post_save, pre_delete, post_delete):
        ours = [
            receiver
            for receiver in signal._live_receivers(model)[0]
            if receiver.__module__.startswith(("clinic", "monitoring"))
        ]
        assert ours == []


@pytest.mark.parametrize("name", [n for n in actions.__all__ if n != "NewPerson"])
def test_each_verb_is_declared_in_a_file_of_its_name_and_called_by_a_test(name: str) -> None:
    module = import_module(f"clinic.actions.{name}")
    verb = getattr(module, name)
    assert isinstance(verb, Verb)
    assert verb.name == name
    assert getattr(actions, name) is verb
    tests = "".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py"))
    assert re.search(rf"\b{name}\b\(|actions\.{name}\b", tests), name


def test_every_verb_is_offered_by_the_package() -> None:
    offered = {n for n in actions.__all__ if n != "NewPerson"}
    assert {v.name for v in declared()} - offered == {"enter_failed", "pin_failed"}
