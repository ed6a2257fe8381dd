"""Days as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.days import expiry_days, possible_days

JULY = date(1958, 7, 14)


@pytest.mark.parametrize(
    "text",
    [
        "1958-07-14", "14-Jul-1958", "14 jul 1958", "14 JULY 1958", "July 14, 1958", "19580714",
        "07141958", "14071958", "14.7.1958", "14/7/1958", "7/14/1958", "7-14-1958", "1958/7/14",
        "1958 Jul 14", " 14.07.1958 ", "１９５８-07-14",
    ],
)  # fmt: skip
def test_any_form_that_means_one_day_is_read(text: str) -> None:
    assert possible_days(text) == {JULY}


@pytest.mark.parametrize("text", ["03/04/1958", "3-4-1958", "03.04.1958", "03041958"])
def test_what_can_mean_two_days_is_both(text: str) -> None:
    assert possible_days(text) == {date(1958, 4, 3), date(1958, 3, 4)}


def test_day_and_month_alike_mean_one_day() -> None:
    assert possible_days("4/4/1958") == {date(1958, 4, 4)}


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "14/07/45", "7/14/58", "31-Feb-2026", "2026-02-31", "1958", "07/1958",
        "32/13/1958", "14 Ju 1958", "14 Julia 1958", "195807", "1958-07-14T10:00", "14-07-19580",
        "-1-1-1958", "1958-07-14; x", "٣-٤-١٩٥٨" * 9, "9" * 30,
    ],
)  # fmt: skip
def test_what_is_no_day_is_none(text: str) -> None:
    assert possible_days(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("05/2027", 31), ("5/2027", 31), ("2027-05", 31), ("MAY 2027", 31), ("may-2027", 31),
        ("052027", 31), ("202705", 31), ("20270531", 31), ("2027-05-14", 14), ("14 May 2027", 14),
    ],
)  # fmt: skip
def test_an_expiry_of_month_and_year_is_the_last_day_of_the_month(text: str, last: int) -> None:
    """CLINICAL 8, rule 55."""
    assert expiry_days(text) == {date(2027, 5, last)}


@pytest.mark.parametrize(("text", "day"), [("02/2028", 29), ("02/2027", 28), ("FEB 2100", 28)])
def test_february_ends_when_it_ends(text: str, day: int) -> None:
    (found,) = expiry_days(text)
    assert found.day == day


@pytest.mark.parametrize("text", ["13/2027", "00/2027", "05/27", "0527", "2027", "Mai 2027"])
def test_what_is_no_expiry_is_none(text: str) -> None:
    assert expiry_days(text) == frozenset()


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_each_day_is_read_as_itself_in_every_form_of_the_pages(day: date) -> None:
    for form in ("%d-%b-%Y", "%Y-%m-%d", "%Y%m%d", "%d %B %Y"):
        assert day in possible_days(day.strftime(form))
    assert possible_days(day.strftime("%d-%b-%Y")) == {day}
    (end,) = expiry_days(day.strftime("%m/%Y"))
    assert (end.year, end.month, (end + timedelta(days=1)).day) == (day.year, day.month, 1)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_fails(text: str) -> None:
    assert len(possible_days(text)) <= 3
    assert len(expiry_days(text)) <= 3
