"""Dates and amounts in forms: how they are read, and what is said when they cannot be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django import forms

from clinic.pages.amounts import Amount
from clinic.pages.dates import DayField, ExpiryField
from clinic.pages.fields import WholeNumber


def refusal(field: forms.Field, typed: str) -> str:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(typed)
    return str(caught.value.messages[0])


def test_a_day_is_shown_as_every_page_shows_it_and_read_so() -> None:
    field = DayField()
    assert field.prepare_value(date(1958, 7, 14)) == "14-Jul-1958"
    assert field.clean("14-Jul-1958") == field.clean("7/14/1958") == date(1958, 7, 14)


def test_a_day_that_can_be_two_is_refused_with_both() -> None:
    words = refusal(DayField(), "03/04/1958")
    assert words == "03/04/1958 can be 04-Mar-1958 or 03-Apr-1958. Enter the one you mean."


def test_what_is_no_day_is_answered_with_an_example() -> None:
    assert refusal(DayField(), "soon") == "Enter a date, such as 14-Jul-1958 or 19580714."
    assert refusal(ExpiryField(), "soon") == "Enter a date, such as 05/2027 or 052027."
    assert refusal(DayField(), "14-Jul-1858") == "Enter a date between 1900 and 2199."
    assert DayField(required=False).clean(" ") is None


@pytest.mark.parametrize("typed", ["05/2027", "052027", "MAY 2027", "20270531", "31-May-2027"])
def test_an_expiry_is_read_as_it_is_printed(typed: str) -> None:
    assert ExpiryField().clean(typed) == date(2027, 5, 31)


def test_every_date_can_be_typed_on_a_number_pad() -> None:
    for field in (DayField(), ExpiryField()):
        assert field.widget.attrs["inputmode"] == "numeric"


@pytest.mark.parametrize("typed", ["18,5", "18.5", " 18,5 mg", "18.5mg", "18,50"[:4]])
def test_a_decimal_comma_is_a_decimal_point(typed: str) -> None:
    assert Amount().clean(typed) == Decimal("18.5")


@pytest.mark.parametrize("typed", ["1,500", "1.500", "1,234.5", "1,2,3", "much", "1e400", "nan"])
def test_an_amount_that_is_none_is_answered_with_an_example(typed: str) -> None:
    assert refusal(Amount(example="36.5"), typed) == "Enter an amount in mg, such as 36.5."


@pytest.mark.parametrize("typed", ["98", "98%", " 98 % "])
def test_a_unit_may_stand_after_a_number(typed: str) -> None:
    assert WholeNumber(unit="%").clean(typed) == 98


@pytest.mark.parametrize(("field", "example"), [({"example": "98"}, "98"), ({}, "120")])
def test_what_is_no_number_is_answered_with_the_fields_own_example(
    field: Any, example: str
) -> None:
    assert refusal(WholeNumber(**field), "98%") == f"Enter digits only, such as {example}."
    assert refusal(WholeNumber(unit="%", **field), "%") == f"Enter digits only, such as {example}."
