"""Write docs/verbs.md from what the verbs declare, and have both packages offer every verb.

`make verbs` runs this; `tests/test_verbs_page.py` holds what it writes to the code.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "verbs.md"
PACKAGES = [ROOT / "clinic" / "actions", ROOT / "monitoring" / "actions"]

INTRODUCTION = """\
# Verbs: who may do what, and when

Made from the code by `make verbs`; do not edit it by hand.

A verb is the only way to its change: pages, commands and the demo all go through it. It is one
transaction. The same entry sent twice is one row; other values under its id are a conflict. What a
verb refuses, it refuses with a sentence at the field, and nothing is saved.
"""

PHASES = """\
## The phases of a session

```
           admit_patient      give_dose       the last device      sign_clearance
  planned ──────────────► arrived ───────► dosing ───────────► observing ──────► cleared
     │                       │                │                 │     ▲          │    │
     │ cancel_session        │ defer_dose     │ depart   depart │     └──────────┘    │ depart
     ▼                       ▼                ▼                 ▼   anything new      ▼
 cancelled               cancelled          closed            closed                closed
```

The phase is given by what was recorded: an infusion is over with `end_infusion`; a clearance stands
until something is recorded after it, it is withdrawn, or fifteen minutes have passed. *Discharged*
asks for a clearance that stands; the other ways to leave do not. After the end the record is only
added to.
"""

ROLES = ("nurse", "clinician", "administrator", "auditor", "emergency")


def text() -> str:
    """The whole page."""
    from clinic import actions as organisation
    from clinic.verbs import Verb
    from monitoring import actions
    from monitoring.rules.facts import Phase

    phases = get_args(Phase)
    of_sessions = [v for v in actions.VERBS if v.phases]
    others = [v for v in actions.VERBS if not v.phases]
    return "\n".join(
        [
            INTRODUCTION,
            PHASES,
            "## Verbs of a session\n",
            *table(["Verb", "What it does", "Who may", *phases], of_sessions, phases),
            "## Verbs of patients, plans and protocols\n",
            *table(["Verb", "What it does", "Who may"], others, ()),
            "## Verbs of the organisation\n",
            *table(
                ["Verb", "What it does", "Who may"],
                [v for v in vars(organisation).values() if isinstance(v, Verb)],
                (),
            ),
        ]
    )


def table(heads: list[str], verbs: Iterable[Any], phases: Iterable[str]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for verb in sorted(verbs, key=lambda v: str(v.name)):
        marks = ["●" if phase in verb.phases else "" for phase in phases]
        yield f"| {' | '.join([f'`{verb.name}`', meaning(verb), roles(verb), *marks])} |"
    yield ""


def meaning(verb: Any) -> str:
    """The first sentence of the module that holds the verb."""
    doc = inspect.getdoc(sys.modules[verb.__module__]) or ""
    return doc.partition("\n\n")[0].replace("\n", " ")


def roles(verb: Any) -> str:
    from clinic.access import PERMISSIONS

    if verb.permission is None:
        return "no role is asked for"
    return ", ".join(role for role in ROLES if verb.permission in PERMISSIONS[role])


def offered(package: Path) -> str:
    """The package's own file: as it is, but with each verb of its folder imported and named."""
    whole = (package / "__init__.py").read_text()
    path = ".".join(package.relative_to(ROOT).parts)
    verbs = {file.stem for file in package.glob("*.py") if _is_verb(file)}
    own = rf"from {path}\.(\w+) import \1\n"
    head, names, tail = re.split(r"__all__ = \[\n(.*?)\]\n", whole, maxsplit=1, flags=re.DOTALL)
    others = set(re.findall(r'"(\w+)"', names)) - set(re.findall(own, head))
    start = re.sub(own, "", head)
    first = re.search(rf"^from {path}|\Z", start, re.MULTILINE)
    assert first is not None
    lines = re.findall(rf"^from {path}.*\n", start, re.MULTILINE)
    lines += [f"from {path}.{verb} import {verb}\n" for verb in verbs]
    everything = sorted(others | verbs, key=lambda n: (not n.isupper(), n[0].islower(), n))
    listed = "".join(f'    "{name}",\n' for name in everything)
    before = start[: first.start()].rstrip("\n")
    return f"{before}\n{_gap(before)}{''.join(sorted(lines))}\n__all__ = [\n{listed}]\n{tail}"


def _gap(before: str) -> str:
    return "\n" if before.endswith("annotations") else ""


def _is_verb(file: Path) -> bool:
    """Whether it has a verb of its own name; no other module of the folder is named as a verb."""
    made = {
        target.id
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    written = {n.name for n in ast.parse(file.read_text()).body if isinstance(n, ast.FunctionDef)}
    return file.stem in made | written


if __name__ == "__main__":
    for package in PACKAGES:
        (package / "__init__.py").write_text(offered(package))
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    PAGE.write_text(text())
