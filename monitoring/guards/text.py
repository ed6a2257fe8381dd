"""Reads the guards of one engine from its SQL text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PREFIX = "guard_"
_HEAD = re.compile(r"^-- guard: (?P<name>\w+) on (?P<nouns>[\w, ]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger on one table. `why` is the comment above it, `sql` what creates it."""

    name: str
    table: str
    why: str
    sql: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


@cache
def guards_of(vendor: str, schema: str = "") -> tuple[Guard, ...]:
    """The guards of `vendor` ("sqlite", "postgresql") for tables in `schema`."""
    text = (Path(__file__).parent / f"{vendor}.sql").read_text(encoding="utf-8")
    return tuple(_read(text, schema))


def _read(text: str, schema: str) -> Iterator[Guard]:
    heads = list(_HEAD.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        lines = text[head.end() : end].strip().splitlines()
        why = [line[3:] for line in lines if line.startswith("-- ")]
        sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
        for noun in head["nouns"].split(", "):
            yield _on(noun, head["name"], " ".join(why), sql, schema)


def _on(noun: str, name: str, why: str, sql: str, schema: str) -> Guard:
    table, guard = f"monitoring_{noun}", f"{PREFIX}{noun}_{name}"
    places = {"{table}": table, "{noun}": noun, "{guard}": guard, "{schema}": schema}
    for place, value in places.items():
        sql = sql.replace(place, value)
    return Guard(name=guard, table=table, why=why, sql=sql)
