"""Files for a spreadsheet: comma-separated values, line by line, or a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any
from zoneinfo import ZoneInfo

Cell = str | int | float | Decimal | None
MARK = "\ufeff"
"""The byte order mark, by which a spreadsheet knows that the file is UTF-8."""
MOST_ROWS = 50_000
"""Of a workbook, which is made whole before it is sent."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LINES = 500


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """UTF-8 with a byte order mark, a line of headings and one a row; some lines at a time."""
    yield MARK + lines([headings])
    left = iter(rows)
    while some := lines(islice(left, _LINES)):
        yield some


def lines(rows: Iterable[Sequence[Cell]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([plain(cell) for cell in row] for row in rows)
    return out.getvalue()


def plain(cell: Cell) -> Cell:
    """A spreadsheet must not take a name for a formula; a number is left as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def write_workbook(
    file: IO[bytes], name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """A workbook of one sheet, written row by row; text stays text, whatever it begins with."""
    # Imported where it is used: it takes a tenth of a second, and no page needs it.
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(name[:31])
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    book.close()


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, float(cell))


def local(at: datetime | None, tz: ZoneInfo) -> str:
    """Such as 2026-03-10T10:00:05-04:00: the time at the site, with its distance from UTC."""
    return at.astimezone(tz).isoformat(timespec="seconds") if at else ""
