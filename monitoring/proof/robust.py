"""Reading a database in which anyone may have written anything, and going on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import DataError, OperationalError, connection, models, transaction
from django.db.models import QuerySet
from django.db.models.functions import Cast

from clinic.models.row import name_of
from clinic.trail.replay import UNREADABLE
from monitoring.proof.findings import Problem, Verification, noun_of, printable

M = TypeVar("M", bound=models.Model)
CHUNK = 2000
"""How many rows are fetched at once."""
AS_TEXT = Cast("pk", models.TextField())
UNREADABLE_ROW = (*UNREADABLE, DataError, OperationalError)
"""What a row raises whose columns hold what their type does not: text for a time on SQLite, an
infinite day on PostgreSQL. Whoever writes that must not keep the rest from being verified."""


@contextmanager
def one_state(snapshot: str = "") -> Iterator[None]:
    """Read everything as it stood at one moment, without keeping a writer waiting; as another
    process reads it, whose `snapshot` is named."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        # Not `atomic`, which takes the write lock at once.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                if snapshot:
                    cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
            yield


def begun() -> str:
    """Read for the first time within `one_state`, from which on it stands still; its name, by which
    other processes of PostgreSQL read the same."""
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_export_snapshot()" if is_postgresql else "SELECT '' FROM sqlite_master"
        )
        return str(cursor.fetchone()[0])


class Reader:
    """Reads rows one by one and names what cannot be read. `found` counts the rows of each table
    that were read or named."""

    def __init__(self) -> None:
        self.result = Verification()
        self.found: Counter[type[models.Model]] = Counter()

    def problem(self, subject: str, words: str) -> None:
        self.result.problems.append(Problem(printable(subject), printable(words)))

    @contextmanager
    def naming(self, subject: str, what: str) -> Iterator[None]:
        """Name what cannot be read, and go on with the rest."""
        try:
            yield
        except UNREADABLE_ROW:
            self.problem(subject, f"{what} holds what cannot be read")

    def read(self, rows: QuerySet[M]) -> Iterator[M]:
        """Each row in turn; where one cannot be read, it is named and the others follow."""
        count = 0
        while True:
            try:
                for row in rows[count:].iterator(chunk_size=CHUNK):
                    yield row
                    count += 1
                    self.found[rows.model] += 1
                return
            except UNREADABLE_ROW:
                # It is among the next that were fetched together.
                for _ in range(CHUNK):
                    yield from self._alone(rows, count)
                    count += 1

    def _alone(self, rows: QuerySet[M], number: int) -> list[M]:
        place = slice(number, number + 1)
        try:
            found = list(rows[place])
            self.found[rows.model] += len(found)
            return found
        except UNREADABLE_ROW:
            noun = noun_of(name_of(rows.model))
            for key in rows.values_list(AS_TEXT, flat=True)[place]:
                self.found[rows.model] += 1
                self.problem(f"{noun} {key}", "holds what cannot be read")
            return []
