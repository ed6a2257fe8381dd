"""`HasWord(F("search_name"), "smi")`: whether a word of a column begins with a text."""

from __future__ import annotations

from typing import Any

from django.db.models import Lookup


class HasWord(Lookup):
    """The column has each of its words after a space (`clinic.names.search_text`). On PostgreSQL
    they are found by their index, so that a search costs the same however many patients there are.
    """

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            begins = str(self.rhs).replace("\\", "\\\\").replace("'", "''")
            words = f"array_to_tsvector(string_to_array(btrim({column}), ' '))"
            return f"{words} @@ %s::tsquery", (*params, f"'{begins}':*")
        begins = connection.ops.prep_for_like_query(self.rhs)
        return f"{column} LIKE %s ESCAPE '\\'", (*params, f"% {begins}%")
