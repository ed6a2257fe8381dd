"""`Begins(F("search_name"), stretch(" smith jane"))`: whether a column begins with these words."""

from __future__ import annotations

from typing import Any

from django.db.models import Lookup

AFTER_A_BLANK = "!"
"""The next sign after a blank: what begins with whole words stands before them with it."""


def stretch(words: str) -> tuple[str, str]:
    """Where in an index the texts stand that begin with `words`: from the first on, below the
    second. Each word has a space before it (`clinic.names.search_text`)."""
    return words, words + AFTER_A_BLANK


class Begins(Lookup):
    """The column lies in a `stretch` of its index. A pattern would be compared with every row: on
    SQLite always, and on PostgreSQL where one plan serves any pattern."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        # PostgreSQL orders text as a language does, unless it is asked for its signs.
        least, below = ("~>=~", "~<~") if connection.vendor == "postgresql" else (">=", "<")
        first, end = self.rhs
        return f"({column} {least} %s AND {column} {below} %s)", (*params, first, *params, end)
