"""Write docs/verbs.md from what the verbs declare: `make verbs` runs this.

`tests/test_verbs_page.py` holds the page to the code.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

PAGE = Path(__file__).parents[1] / "docs" / "verbs.md"

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


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    PAGE.write_text(text())
