"""The code keeps its own promises."""

from __future__ import annotations

import ast
import inspect
import re
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.db import models

from clinic.models import ChainHead, TrailEntry
from monitoring import actions
from monitoring.guards.text import guards
from monitoring.models import Derived

ROOT = Path(__file__).parents[1]
RECORD: set[type[models.Model]] = {
    *(m for m in apps.get_app_config("monitoring").get_models() if not issubclass(m, Derived)),
    ChainHead,
    TrailEntry,
}
WRITES = {"save", "create", "bulk_create", "update", "bulk_update", "delete", "get_or_create"}


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize(
    "path",
    [*modules("monitoring/web"), *modules("monitoring/reports"), *modules("monitoring/models"),
     *modules("monitoring/words"),
     *modules("monitoring/rules"), *modules("monitoring/management/commands"),
     *modules("clinic/signin"), *modules("clinic/pages"), *modules("clinic/web")],
    ids=lambda p: str(p.relative_to(ROOT)),
)  # fmt: skip
def test_only_verbs_write_the_record(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_manager = re.search(r"\.objects\b", ast.unparse(node.func))
            assert not (is_manager and node.func.attr in WRITES), ast.unparse(node)
            assert node.func.attr not in {"save", "delete", "bulk_create"}, ast.unparse(node)


@pytest.mark.parametrize("path", modules("monitoring/words"), ids=lambda p: p.name)
def test_words_know_no_address(path: Path) -> None:
    assert "django.urls" not in path.read_text()


VERBS = [verb.name for verb in actions.VERBS]


def test_every_verb_is_one_transaction() -> None:
    """Each is in the shell, which opens it, once in the file of its name."""
    refusals = {"Conflict", "NotAllowed", "Refused"}
    assert set(VERBS) == set(actions.__all__) - refusals - {"VERBS"}
    for name in VERBS:
        source = (ROOT / "monitoring" / "actions" / f"{name}.py").read_text()
        assert len(re.findall(r"^@(?:session_)?verb\(", source, re.MULTILINE)) == 1, name


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_file_of_tests_that_calls_it(verb: str) -> None:
    path = ROOT / "tests" / "actions" / f"test_{verb}.py"
    assert path.exists(), path
    tests = [n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)]
    assert sum(n.name.startswith("test_") for n in tests) >= 1
    assert f"actions.{verb}(" in path.read_text() + built()


def built() -> str:
    """The text of what builds sessions by verbs."""
    names = ("visits", "mended", "followed", "filed")
    given = ("actions/given.py", "actions/handovers.py")
    builders = (*(f"factories/{name}.py" for name in names), *given)
    return "".join((ROOT / "tests" / builder).read_text() for builder in builders)


def made_by_tests() -> set[str]:
    """Names of the models that a factory makes, or that a builder's verb answers with."""
    found: set[str] = set()
    for path in modules("tests/factories"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                found |= {ast.unparse(n.value) for n in node.body if isinstance(n, ast.Assign)}
    for verb in VERBS:
        if f"actions.{verb}(" in built():
            answer = inspect.signature(getattr(actions, verb)).return_annotation
            found.add(str(answer))
    return found


@pytest.mark.parametrize(
    "name", sorted(m.__name__ for a in ("clinic", "monitoring")
                   for m in apps.get_app_config(a).get_models() if not issubclass(m, Derived))
)  # fmt: skip
def test_every_model_has_a_factory_or_a_builder(name: str) -> None:
    assert name in made_by_tests()


def test_every_table_of_the_record_is_guarded() -> None:
    tables = {m._meta.db_table for m in RECORD}
    assert tables <= {g.table for g in guards() if g.rule == "well_formed"}
    never_deleted = {g.table for g in guards() if g.rule == "not_deleted"}
    assert tables - never_deleted == {"monitoring_siteprotocol"}


def test_each_moment_with_a_person_is_paired_with_them() -> None:
    """A nullable `…_at` beside its `…_by` is paired with it by a constraint."""
    for model in apps.get_models():
        fields = {f.name: f for f in model._meta.get_fields() if isinstance(f, models.Field)}
        for name, field in fields.items():
            person = fields.get(name.removesuffix("_at") + "_by") if name.endswith("_at") else None
            if person is None or not (field.null or person.null):
                continue
            both = [
                c for c in model._meta.constraints
                if isinstance(c, models.CheckConstraint)
                and name in str(c.condition) and person.name in str(c.condition)
            ]  # fmt: skip
            assert both or model.__name__ == "ProtocolVersion", f"{model.__name__}.{name}"


def test_every_setting_read_from_the_environment_is_documented() -> None:
    settings = (ROOT / "clinic" / "settings.py").read_text()
    names = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))
    readme = (ROOT / "README.md").read_text()
    assert {n for n in names if f"`{n}`" not in readme} == set()
    assert names


def test_every_rule_of_the_clinic_names_its_source() -> None:
    source = re.compile(r"CLINICAL|rules? \d|hazard|S\d+")
    for name in ("schedule", "flags", "readiness", "protocol", "measures", "scales", "entry",
                 "deviations"):  # fmt: skip
        text = (ROOT / "monitoring" / "rules" / f"{name}.py").read_text()
        tree = ast.parse(text)
        assert source.search(ast.get_docstring(tree) or text), name
        assert len(source.findall(text)) >= 2, name


def test_one_module_alone_reaches_into_the_sign_in_library() -> None:
    reach = re.compile(r"from allauth\.[\w.]*\binternal\b|def _get_|\._emit_")
    found = {
        str(path.relative_to(ROOT))
        for path in [*modules("clinic"), *modules("monitoring"), *modules("tests")]
        if reach.search(path.read_text()) and path != Path(__file__)
    }
    assert found == {"clinic/signin/library.py", "tests/factories/second_factors.py"}


def test_no_import_goes_round() -> None:
    """Imports for types alone, and inside functions, count too."""
    graph = grimp.build_graph("clinic", "monitoring", cache_dir=None)
    imports = {m: graph.find_modules_directly_imported_by(m) for m in sorted(graph.modules)}
    # A package names what its modules hold; a module of it may ask it for another's.
    packages = {m for m in imports if graph.find_children(m)}
    TopologicalSorter({m: imports[m] - packages for m in imports}).prepare()


def test_words_know_no_addresses() -> None:
    address = re.compile(r"django\.(urls|shortcuts|http)|\breverse\(")
    found = [p.name for p in modules("monitoring/words") if address.search(p.read_text())]
    assert found == []


EVERYTHING = [
    path
    for folder in ("clinic", "monitoring", "tests", "benchmarks")
    for path in modules(folder)
    if "migrations" not in path.parts
]


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT))
        for path in EVERYTHING
        if len(path.read_text().splitlines()) > 400
    }
    assert long == set()


def test_no_function_is_longer_than_fifty_lines() -> None:
    long = {
        node.name
        for path in EVERYTHING
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 50
    }
    assert long == set()


def test_scripts_are_short_and_ask_nothing_of_the_outside() -> None:
    apps = ("clinic", "monitoring")
    scripts = [path for app in apps for path in ROOT.glob(f"{app}/static/*/*.js")]
    assert scripts
    for path in scripts:
        text = path.read_text()
        assert len(text.splitlines()) < 150, path.name
        assert "http://" not in text
        assert "https://" not in text
        assert "eval(" not in text


def test_templates_carry_no_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", text), path.name


def test_no_test_is_imported_by_another_module() -> None:
    """What several tests use has a module of its own, so that one file can be read alone."""
    taken = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in modules("tests")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and any(re.search(r"\.test_\w+(\.|$)", f"{node.module}.{a.name}") for a in node.names)
    ]
    assert not taken
