"""What the text of the guards takes from the models: their lists, and columns of theirs."""

from __future__ import annotations

import re

from clinic.models.row import Guarded
from monitoring.models import SessionFact, SessionRow
from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.measures import OBSERVATIONS

_EACH_FACT = re.compile(r"EACH_FACT\(([^()]*)\)")
_COMPLETE = re.compile(r"\{complete (\w+)\}")


def named(name: str) -> tuple[type[Guarded], ...]:
    """The tables that a heading names in braces."""
    if name == "facts":
        return SessionFact.tables()
    if name == "before_departure":
        return tuple(m for m in SessionRow.tables() if not m.may_follow_departure)
    guarded = Guarded.tables()
    return {
        "guarded": guarded,
        "changing": tuple(m for m in guarded if "UPDATE" in m.rights),
        "append_only": tuple(m for m in guarded if "UPDATE" not in m.rights),
        "never_deleted": tuple(m for m in guarded if "DELETE" not in m.rights),
    }[name]


def filled(body: str, conditions: dict[str, str], table: str) -> str:
    """`body` with each placeholder replaced, but for {stored}, which is of one engine alone."""
    for name, condition in conditions.items():
        wanted = re.compile(rf"\{{{name} ([\w.]+)\}}")
        for about in set(wanted.findall(body)):
            body = body.replace(f"{{{name} {about}}}", condition.replace("{it}", about))
    body = _EACH_FACT.sub(lambda m: _each_fact(m[1]), body)
    body = _COMPLETE.sub(lambda m: _complete(m[1]), body)
    body = body.replace("{clocks_apart}", str(int(CLOCKS_APART.total_seconds())))
    return body.replace("{table}", table)


def _each_fact(query: str) -> str:
    """`query` of every table of facts, as one."""
    facts = [model._meta.db_table for model in SessionFact.tables()]
    return "\nUNION ALL ".join(query.replace("FACT", table) for table in facts)


def _complete(row: str) -> str:
    """That `row` of the readings has every observation, or why it was not done."""
    return "\nAND ".join(
        f"({' AND '.join(f'{row}.{column} IS NOT NULL' for column in observation.fields)}"
        f" OR {row}.{key}_not_done <> '')"
        for key, observation in OBSERVATIONS.items()
    )
