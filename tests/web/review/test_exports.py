"""Files of what the register shows: all that is filtered, in its order, kept before it is sent."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from clinic.models import Site
from monitoring.models import AccessEntry
from monitoring.proof.reads import patients_of
from monitoring.reports import register, tables
from monitoring.web.review import downloads
from monitoring.web.review import register as pages
from tests.clock import TestClock
from tests.factories.record import PatientFactory
from tests.factories.visits import discharged, observed, planned
from tests.web.review.conftest import made

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
Rows = list[list[str]]


def as_csv(client: Client, **asked: str) -> Rows:
    answer: Any = client.get("/sessions.csv", asked)
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def as_workbook(client: Client, **asked: str) -> Rows:
    answer: Any = client.get("/sessions.xlsx", asked)
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{MAIN}f")), "a formula"
    rows = []
    for row in sheet.iter(f"{MAIN}row"):
        cells = {_column(cell): "".join(cell.itertext()) for cell in row}
        rows.append([cells.get(column, "") for column in range(len(register.HEADINGS))])
    return rows


def _column(cell: ElementTree.Element) -> int:
    letters = re.match("[A-Z]+", cell.attrib["r"])
    assert letters
    assert len(letters[0]) == 1
    return ord(letters[0]) - ord("A")


def test_a_row_has_the_values_of_its_session_in_words_with_units_and_times_at_the_site(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    visit = made(clock, site, discharged, family_name="=SUM(A1)", given_name="Jane")
    headings, row = as_csv(auditor)
    found = dict(zip(headings, row, strict=True))
    session = visit.session
    assert found["Session"] == str(visit.id)
    assert found["Family name"] == "'=SUM(A1)"
    assert found["Planned for"] == session.planned_for.astimezone(site.tz).isoformat("T", "seconds")
    assert found["Time zone"] == "America/New_York"
    assert (found["Given (mg)"], found["Highest systolic (mmHg)"]) == ("56.0", "122")
    assert (found["How it ended"], found["Deviations"]) == ("Discharged", "0")
    assert found["Prescriber"] == found["Signed by"] == visit.clinician.printed_name
    assert found["Who watched last"] == visit.nurse.printed_name


def test_a_workbook_has_the_same_rows_and_no_formula(
    clock: TestClock, site: Site, auditor: Client
) -> None:
    made(clock, site, discharged, family_name="=SUM(A1)")
    made(clock, site)
    (headings, *rows), (same, *others) = as_workbook(auditor), as_csv(auditor)
    assert headings == same
    numbers = {headings.index(h) for h in headings if "(" in h}
    for row, other in zip(rows, others, strict=True):
        assert [_plain(i, v, numbers) for i, v in enumerate(row)] == [
            _plain(i, v, numbers) for i, v in enumerate(other)
        ]


def _plain(column: int, text: str, numbers: set[int]) -> str | float:
    return float(text) if column in numbers and text else text.removeprefix("'")


@pytest.mark.parametrize("read", [as_csv, as_workbook])
@pytest.mark.parametrize("sort", register.ORDERS)
def test_what_is_exported_from_any_page_is_all_that_is_filtered_as_it_is_ordered(
    clock: TestClock, site: Site, auditor: Client, read: Callable[..., Rows], sort: str
) -> None:
    for _ in range(27):
        made(clock, site)
    made(clock, site, observed)
    asked = {"outcome": "planned", "sort": sort, "size": "25"}
    first = auditor.get("/sessions/", asked)
    after = str(first.context["shown"].after)
    second = auditor.get("/sessions/", asked | {"after": after})
    ids = [str(s.pk) for page in (first, second) for s in page.context["sessions"]]
    assert [row[0] for row in read(auditor, **asked, after=after)[1:]] == ids
    assert f"/sessions.csv?outcome=planned&amp;sort={sort}" in second.content.decode()


@pytest.mark.parametrize("path", ["/sessions.csv", "/sessions.xlsx", "/readings.csv"])
def test_each_patient_is_kept_as_exported_once_before_the_first_byte(
    clock: TestClock, site: Site, auditor: Client, path: str
) -> None:
    twice, once = PatientFactory.create(site=site), PatientFactory.create(site=site)
    for patient in (twice, once, twice):
        clock.forward(minutes=60)
        planned(clock, site=site, patient=patient)
    made(clock, site, observed)
    answer: Any = auditor.get(path, {"outcome": "planned"})
    kept = AccessEntry.objects.filter(action="exported")
    assert patients_of([kept.get()]) == {twice.pk, once.pk}
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("path", ["/sessions.csv", "/readings.csv"])
def test_who_comes_in_meanwhile_and_was_not_kept_ends_the_transfer(
    clock: TestClock, site: Site, auditor: Client, path: str
) -> None:
    made(clock, site)
    answer: Any = auditor.get(path)
    made(clock, site)
    with pytest.raises(downloads.NotKept):
        list(answer.streaming_content)


def test_a_download_that_takes_too_long_ends(
    clock: TestClock, site: Site, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(clock, site)
    monkeypatch.setattr(downloads, "LONGEST", -1)
    answer: Any = auditor.get("/sessions.csv")
    with pytest.raises(downloads.TooLong):
        list(answer.streaming_content)


def test_a_workbook_of_too_many_rows_is_not_made_and_the_page_says_what_to_do(
    clock: TestClock, site: Site, auditor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        made(clock, site)
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    assert len(as_workbook(auditor)) == 4
    monkeypatch.setattr(pages, "MOST_ROWS", 2)
    page = auditor.get("/sessions.xlsx").content.decode()
    assert "A workbook holds at most 2 sessions." in page
    kept = AccessEntry.objects.get(page="register-workbook", action="exported")
    assert len(patients_of([kept])) == 3


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_is_a_formula_and_numbers_stay_numbers(text: str) -> None:
    assert next(csv.reader(io.StringIO(tables.lines([[text]]), newline=""))) == [f"'{text}"]
    assert tables.lines([[-1, None, "a-1"]]) == "-1,,a-1\r\n"
