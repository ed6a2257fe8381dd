"""Days as people write them. What can mean two days is never guessed."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Of digits without a break, only years within these are looked for."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_WRITTEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z\s./,-]{2,28}[0-9A-Za-z]")
_PART = re.compile(r"[0-9]+|[A-Za-z]+")


def possible_days(text: str) -> frozenset[date]:
    """Every day that `text` can mean: none when it is no day, two when it is ambiguous.

    Read are 1958-07-14, 14-Jul-1958, July 14, 1958, 14.7.1958, 7/14/1958, 19580714 and 07141958;
    the year has four digits. 03/04/1958 is two days.
    """
    return frozenset(_days(_parts(text)))


def expiry_days(text: str) -> frozenset[date]:
    """Every day that the expiry date `text` can mean.

    Month and year alone, such as 05/2027, 2027-05, MAY 2027 and 052027, mean the last day of that
    month (CLINICAL 8, rule 55).
    """
    parts = _parts(text)
    return frozenset(_days(parts)) | frozenset(_month_ends(parts))


def _parts(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).strip()
    return _PART.findall(plain) if _WRITTEN.fullmatch(plain) else []


def _days(parts: list[str]) -> Iterator[date]:
    if len(parts) == 1 and len(parts[0]) == 8 and parts[0].isdigit():
        digits = parts[0]
        readings = (
            (digits[:4], digits[4:6], digits[6:]),
            (digits[4:], digits[2:4], digits[:2]),
            (digits[4:], digits[:2], digits[2:4]),
        )
        found = (_day(*reading) for reading in readings)
        yield from (day for day in found if day and FIRST_YEAR <= day.year <= LAST_YEAR)
    elif len(parts) == 3:
        first, second, third = parts
        orders = [(third, second, first), (third, first, second)]
        if first.isdigit() and len(first) == 4:
            orders = [(first, second, third)]
        yield from (day for order in orders if (day := _day(*order)))


def _month_ends(parts: list[str]) -> Iterator[date]:
    if len(parts) == 1 and len(parts[0]) == 6 and parts[0].isdigit():
        digits = parts[0]
        orders = [(digits[:4], digits[4:]), (digits[2:], digits[:2])]
    elif len(parts) == 2:
        orders = [(parts[0], parts[1]), (parts[1], parts[0])]
    else:
        return
    for year, month in orders:
        day = _day(year, month, "1")
        if day and FIRST_YEAR <= day.year <= LAST_YEAR:
            yield day.replace(day=monthrange(day.year, day.month)[1])


def _day(year: str, month: str, day: str) -> date | None:
    number = _month(month)
    if number is None or not (year.isdigit() and len(year) == 4 and day.isdigit()):
        return None
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None


def _month(text: str) -> int | None:
    """1 to 12 for a number of one or two digits, or for a month's English name, whole or short."""
    if text.isdigit():
        return int(text) if len(text) <= 2 else None
    word = text.lower()
    found = [n for n, name in enumerate(_MONTHS, 1) if len(word) >= 3 and name.startswith(word)]
    return found[0] if found else None
