"""What the text of the guards takes from the models: their lists, and columns of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields

from clinic.models.row import Guarded, name_of
from monitoring.models import SessionFact, SessionRow
from monitoring.models.row import Correctable
from monitoring.rules.facts import CLOCKS_APART
from monitoring.rules.measures import OBSERVATIONS
from monitoring.rules.protocol import Protocol
from monitoring.rules.questions import EU_CONTRAINDICATIONS

_EACH_FACT = re.compile(r"EACH_FACT\(([^()]*)\)")
_EACH_STRIKABLE = re.compile(r"EACH_STRIKABLE\(([^()]*)\)")
_STANDING = re.compile(r"\{standing (\w+) ([\w.]+)\}")
_COMPLETE = re.compile(r"\{complete (\w+)\}")
_CONTRAINDICATED = re.compile(r"\{contraindicated (\w+)\}")
_TAKEN_BACK = re.compile(r"\{taken_back (\w+)\}")
_DEFAULT = re.compile(r"SETTING_OR_DEFAULT\((\w+)\)")

DEFAULTS = {f.name: f.default for f in fields(Protocol) if isinstance(f.default, int)}
"""What a protocol has that was published before the setting existed, as `Protocol.from_json`."""


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
    body = _DEFAULT.sub(lambda m: f"COALESCE(SETTING_NUMBER({m[1]}), {DEFAULTS[m[1]]})", body)
    body = _EACH_FACT.sub(lambda m: _each(SessionFact.tables(), m[1]), body)
    strikable = [model for model in SessionFact.tables() if model.can_be_struck]
    body = _EACH_STRIKABLE.sub(lambda m: _each(strikable, m[1]), body)
    body = _STANDING.sub(lambda m: _standing(m[1], m[2]), body)
    body = _COMPLETE.sub(lambda m: _complete(m[1]), body)
    body = _CONTRAINDICATED.sub(lambda m: _any(f"{m[1]}.{{q}}"), body)
    body = _TAKEN_BACK.sub(
        lambda m: _any(f"({m[1]}.{{q}} AND NOT COALESCE(NEW.{{q}}, FALSE))"), body
    )
    body = body.replace("{clocks_apart}", str(int(CLOCKS_APART.total_seconds())))
    return body.replace("{table}", table)


def _each(facts: Iterable[type[SessionFact]], query: str) -> str:
    """`query` of each table of `facts`, as one: FACT is the table, NOUN its name in a strike."""
    queries = (query.replace("FACT", f._meta.db_table).replace("NOUN", name_of(f)) for f in facts)
    return "\nUNION ALL ".join(queries)


_NOT_STRUCK = """NOT EXISTS (
    SELECT 1 FROM monitoring_strike struck
    LEFT JOIN monitoring_strikeconfirmation sc ON sc.strike_id = struck.id
    WHERE struck.target = {id} AND struck.noun = '{noun}'
    AND (NOT struck.needs_confirmation OR sc.is_confirmed)
)"""
_NOT_REPLACED = "NOT EXISTS (SELECT 1 FROM {table} later WHERE later.replaces_id = {id})"


def _standing(noun: str, id: str) -> str:
    """That the fact of `noun` under `id` counts: neither entered in error, which a clinician has
    confirmed where one must, nor replaced."""
    (model,) = (m for m in SessionFact.tables() if name_of(m) == noun)
    conditions = [_NOT_STRUCK.format(id=id, noun=noun)]
    if issubclass(model, Correctable):
        conditions.append(_NOT_REPLACED.format(table=model._meta.db_table, id=id))
    return f"({' AND '.join(conditions)})"


def _any(asked: str) -> str:
    """`asked` of any contraindication, {q}, of the answers on arrival."""
    return " OR ".join(asked.replace("{q}", question) for question in EU_CONTRAINDICATIONS)


def _complete(row: str) -> str:
    """That `row` of the readings has every observation, or why it was not done."""
    return "\nAND ".join(
        f"({' AND '.join(f'{row}.{column} IS NOT NULL' for column in observation.fields)}"
        f" OR {row}.{key}_not_done <> '')"
        for key, observation in OBSERVATIONS.items()
    )
