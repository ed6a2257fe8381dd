"""Everything of a site as a zip of comma-separated values: to leave with, or for research.

One file a noun, with a dictionary of their columns. It is read as it was at one moment, and no more
of it at once than some lines.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from clinic.models import Site
from monitoring.models import Patient
from monitoring.proof.robust import one_state
from monitoring.reports.nouns import DICTIONARY, Noun, dictionary, nouns
from monitoring.reports.tables import Cell, as_csv, local

Tables = Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]
"""The name of each file, its headings and its rows."""


def patients(site: Site) -> list[UUID]:
    """Whose records the files of `site` hold."""
    return list(Patient.objects.at(site).values_list("pk", flat=True))


def whole(site: Site, kept: Collection[UUID]) -> Tables:
    """All that is recorded at `site`, as it stands; of patients those in `kept` alone, of whom the
    access log has it."""
    found = nouns()
    lines = [line for noun in found for line in dictionary(noun)]
    yield "dictionary.csv", DICTIONARY, lines
    for noun in found:
        yield f"{noun.name}.csv", [field.attname for field in noun.fields], _rows(noun, site, kept)


def read(noun: Noun, site: Site, kept: Collection[UUID]) -> Iterator[tuple[UUID | None, list[Any]]]:
    """By patient, the values of each row of `noun`."""
    names = [field.attname for field in noun.fields]
    rows = noun.rows(site).values_list(*([noun.patient] if noun.patient else []), *names)
    known = frozenset(kept)
    for row in rows.iterator(chunk_size=1000):
        patient, values = (row[0], row[1:]) if noun.patient else (None, row)
        if patient is None or patient in known:
            yield patient, list(values)


def _rows(noun: Noun, site: Site, kept: Collection[UUID]) -> Iterator[list[Cell]]:
    for _patient, values in read(noun, site, kept):
        yield [cell(value, site) for value in values]


def cell(value: Any, site: Site) -> Cell:
    """A value as it stands in a file: times at the site, with their distance from UTC."""
    if isinstance(value, datetime):
        return local(value, site.tz)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | Decimal | str):
        return value
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def write(file: IO[bytes], tables: Callable[[], Tables]) -> None:
    """The zip of `tables`, which are asked for when the database stands still."""
    with one_state(), zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, headings, rows in tables():
            with archive.open(name, "w", force_zip64=True) as into:
                out = io.TextIOWrapper(into, "utf-8", newline="", write_through=True)
                for some in as_csv(headings, rows):
                    out.write(some)
                out.detach()


def write_to(path: Path, tables: Callable[[], Tables]) -> None:
    """The same under the name `path`, whole or not at all. Raises OSError."""
    with in_full(path) as file:
        write(file, tables)


@contextmanager
def in_full(path: Path) -> Iterator[IO[bytes]]:
    """A file that has the name `path`, whole or not at all, for the account of the application
    alone: it is written beside it under another name, and is on the disk before it has its own.
    Raises OSError."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
