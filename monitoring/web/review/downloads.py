"""Files of what is filtered, sent while they are made; kept in the access log before that."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import connection
from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone

from clinic import clock, standby
from clinic.request import ClinicRequest
from monitoring.reports.tables import Cell, as_csv, write_workbook
from monitoring.web.lookup import log_read

Rows = Iterable[tuple[UUID, Sequence[Cell]]]
"""Each with the patient whom it is about."""
LONGEST = 600
"""Seconds after which a download fails: while it is sent, the database keeps what it reads as it
was, and can't tidy up behind what is written."""
_BEGIN = {
    "sqlite": "BEGIN DEFERRED",
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


class NotKept(Exception):
    """A patient came in after it was written down whose records are sent."""


class TooLong(Exception):
    """The download was not over within LONGEST."""


def streamed(
    request: ClinicRequest,
    name: str,
    headings: Sequence[str],
    patients: Iterable[UUID],
    rows: Callable[[], Rows],
) -> StreamingHttpResponse:
    """A file of comma-separated values, called `name` and the day.

    It is kept first that the records of `patients` are exported. `rows` is called when all of that
    is done: it reads at one moment what it gives, however long the file is on its way. When it
    fails, or the server ends, the transfer is broken off and the browser says so.
    """
    kept = _read(patients)
    return sent(request, name, kept, as_csv(headings, _only(kept, rows)))


def streamed_lines(
    request: ClinicRequest,
    name: str,
    headings: Sequence[str],
    patients: Iterable[UUID],
    some: Callable[[], Iterable[tuple[frozenset[UUID], str | bytes]]],
) -> StreamingHttpResponse:
    """The same of lines that are text already, some at a time, with the patients whom they are
    about."""
    kept = _read(patients)

    def chunks() -> Iterator[str | bytes]:
        yield from as_csv(headings, ())
        for about, text in some():
            _require(about <= kept)
            yield text

    return sent(request, name, kept, chunks())


def _read(patients: Iterable[UUID]) -> frozenset[UUID]:
    """Where the rows are read, too, so that each is of one of them."""
    with standby.reading():
        return frozenset(patients)


def sent(
    request: ClinicRequest, name: str, kept: frozenset[UUID], chunks: Iterator[str | bytes]
) -> StreamingHttpResponse:
    """`chunks` of comma-separated values as a file, one after the other."""
    log_read(request, "exported", kept)
    whole = _until(time.monotonic() + LONGEST, at_one_moment(chunks))
    response = StreamingHttpResponse(whole, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file(request, name)}.csv"'
    return response


def workbook(
    request: ClinicRequest,
    name: str,
    sheet: str,
    headings: Sequence[str],
    rows: Callable[[], Rows],
) -> FileResponse:
    """A workbook, made whole in a file without a name, which ends with the answer."""
    patients: set[UUID] = set()

    def noted() -> Iterator[Sequence[Cell]]:
        for patient, cells in rows():
            patients.add(patient)
            yield cells

    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    with snapshot():
        write_workbook(file, sheet, headings, noted())
    log_read(request, "exported", patients)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"{_file(request, name)}.xlsx",
        content_type=kind,
    )


def at_one_moment(chunks: Iterator[str | bytes]) -> Iterator[str | bytes]:
    """`chunks`, all of them made of the database as it was at the first."""
    with snapshot():
        yield from chunks


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read within stands still, and nothing waits for it: neither engine locks for it.
    Where a standby keeps up it is read there. Nothing is written within.

    Within a transaction that has begun, that one's rows are read.
    """
    if connection.in_atomic_block:
        yield
        return
    with standby.reading():
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN[connection.vendor])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")


def _only(kept: frozenset[UUID], rows: Callable[[], Rows]) -> Iterator[Sequence[Cell]]:
    for patient, cells in rows():
        _require(patient in kept)
        yield cells


def _require(is_kept: bool) -> None:
    if not is_kept:
        raise NotKept


def _until(end: float, chunks: Iterator[str | bytes]) -> Iterator[str | bytes]:
    for chunk in chunks:
        if time.monotonic() > end:
            raise TooLong
        yield chunk


def _file(request: ClinicRequest, name: str) -> str:
    day = timezone.localtime(clock.now(), request.site.tz).date()
    return f"{name}-{day}"
