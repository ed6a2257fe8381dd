"""The report as a PDF: it says what the page says, is read aloud whole, and never differs."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import outloud
import pdfua
import pytest
from django.test import Client
from pypdf import PdfReader

from monitoring.models import AccessEntry, Clearance
from monitoring.reports.pdf import pdf
from tests.clock import TestClock
from tests.engine import IS_WHOLE
from tests.factories.people import SiteFactory, person
from tests.factories.visits import Visit, discharged, dosed
from tests.reports.unlike import UNLIKE

pytestmark = pytest.mark.django_db
Signer = Callable[..., Client]
SOME = ("amended", "as signed", "long names")
VOID = {"br", "img", "input", "link", "meta", "hr"}


class Said(HTMLParser):
    """What the main part of a page says to whoever reads it, its controls and chart apart; and what
    the chart says."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.labels: list[str] = []
        self.headings: list[str] = []
        self.open: list[str] = []
        self.feed("<main" + page.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        given = dict(attrs)
        unsaid = {"no-print", "print-only", "print-head", "visually-hidden", "banner", "messages"}
        is_unsaid = bool(unsaid & set((given.get("class") or "").split())) or "hidden" in given
        kinds = {
            "svg": "chart",
            "title": "unsaid",
            "desc": "unsaid",
            "text": "label",
            "thead": "head",
        }
        is_readings = tag == "table" and given.get("class") == "readings"
        kind = "readings" if is_readings else kinds.get(tag, "")
        self.open.append("unsaid" if is_unsaid else kind)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if "unsaid" in self.open:
            return
        if "chart" not in self.open:
            self.words.append(data)
            if {"readings", "head"} <= set(self.open):
                self.headings.append(data)
        elif "label" in self.open:
            self.labels.append(data)


def close(words: str) -> str:
    """Without blanks, and without signs that a font joins or raises."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words))


def said_on(page: str) -> str:
    return close("".join(Said(page).words))


def head_of(page: str) -> str:
    """What stands on top of each printed page."""
    head = page.partition('<div class="print-line">')[2].partition("</div>")[0]
    return close(unescape(re.sub("<[^>]+>", "", head)))


def said_by(document: bytes, head: str, said: Said) -> str:
    """What the pages say without the chart's labels, and without head and number, which each has,
    and the headings of a table that goes on there."""
    labels, headings = close("".join(said.labels)), close("".join(said.headings))
    pages = PdfReader(BytesIO(document)).pages
    words = ""
    for number, page in enumerate(pages, 1):
        text, edge = close(page.extract_text()), f"{head}Page{number}of{len(pages)}"
        assert text.endswith(edge), text[-300:]
        text = text.removesuffix(edge)
        words += text.removeprefix(headings) if headings in words else text
    assert labels in words
    return words.replace(labels, "", 1)


def address(visit: Visit, name: str) -> tuple[str, str]:
    """Of the page and of the PDF."""
    if name != "as signed":
        return f"/sessions/{visit.id}/report/", f"/sessions/{visit.id}/report.pdf"
    signed = f"/sessions/{visit.id}/clearances/{Clearance.objects.get().pk}/"
    return signed, f"{signed}report.pdf"


@pytest.mark.parametrize("name", sorted(UNLIKE) if IS_WHOLE else SOME)
def test_it_says_what_the_page_says_and_is_read_aloud_whole(
    clock: TestClock, signed_in: Signer, name: str, tmp_path: Path
) -> None:
    visit = UNLIKE[name](clock)
    reader = signed_in(person(visit.site, "administrator", first_name="Ada", last_name="Byron"))
    page_at, pdf_at = address(visit, name)
    page = reader.get(page_at).content.decode()
    with patch("weasyprint.HTML.__init__", side_effect=AssertionError("not well-formed")):
        said, document = Said(page), reader.get(pdf_at).content
    assert said_by(document, head_of(page), said) == said_on(page)
    path = tmp_path / "report.pdf"
    path.write_bytes(document)
    assert [f for f in outloud.check(str(path)).findings if f.severity == "error"] == []
    wrong = pdfua.validate(str(path)).findings
    assert [f for f in wrong if f.severity is pdfua.Severity.ERROR] == []


def test_a_page_of_html_alone_is_drawn_as_the_same_page_of_xml() -> None:
    """The one is read by another parser."""
    head = "<!DOCTYPE html><html><head><title>-</title></head>"
    xml = f'{head}<body><p class="a">a b</p>%s</body></html>'
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9"/></svg>'
    pages = xml % f"{drawing}<br/><p>c</p>", xml % f"{drawing}<br><p>c</p>"
    first, second = (pdf(page, "p { color: red }") for page in pages)
    assert [PdfReader(BytesIO(made)).pages[0].extract_text() for made in (first, second)] == [
        "a b\nc"
    ] * 2
    assert len(first) == len(second)


def test_an_ordinary_session_fits_two_pages_of_the_sites_paper(
    clock: TestClock, signed_in: Signer
) -> None:
    letter = discharged(clock, planned_mg=84)
    clock.forward(minutes=60)
    a4 = discharged(clock, site=SiteFactory.create(paper_size="a4"), planned_mg=84)
    for visit, height in ((letter, 792), (a4, 842)):
        answer = signed_in(visit.nurse).get(f"/sessions/{visit.id}/report.pdf")
        pages = PdfReader(BytesIO(answer.content)).pages
        assert [round(page.mediabox.height) for page in pages] == [height] * 2


def test_a_reading_is_never_parted_from_its_notes_by_the_foot_of_a_page(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    clock.forward(minutes=15)
    visit.read(15, systolic=131, note="Asleep")
    with patch("monitoring.web.review.paper.pdf", return_value=b"") as drawn:
        signed_in(visit.nurse).get(f"/sessions/{visit.id}/report.pdf")
    html, sheet = drawn.call_args.args
    (table,) = re.findall(r'<section [^>]*"readings-heading">.*?</section>', html, re.DOTALL)
    (above,) = re.findall(r"^.*<body>", html, re.DOTALL)
    for left in range(4, 40, 3):
        spacer = f'<div style="height: {246 - left}mm"></div>'
        document = pdf(f"{above}{spacer}{table}</body></html>", sheet)
        said = [page.extract_text() for page in PdfReader(BytesIO(document)).pages]
        (first,) = [page for page in said if "min) 122/78" in page and "Pre-dose" in page]
        assert first.startswith("Readings"), left
        (noted,) = [page for page in said if "131/78" in page]
        assert "Asleep." in noted, left


def test_the_same_record_makes_the_same_bytes_and_is_kept_as_exported(
    clock: TestClock, signed_in: Signer
) -> None:
    visit = dosed(clock)
    nurse = signed_in(visit.nurse)
    first, second = (nurse.get(f"/sessions/{visit.id}/report.pdf") for _ in range(2))
    assert first.content == second.content
    assert first["Content-Type"] == "application/pdf"
    assert visit.patient.mrn not in first["Content-Disposition"]
    entry = AccessEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.page) == ("exported", "session-report-pdf")
    assert (entry.patient, entry.session_id) == (visit.patient, visit.id)


def test_nothing_is_fetched_whatever_the_text_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">secret</text></svg>')
    sheet = "p { background: url(https://clinic.test/a.png) }"
    named = f'<title>-</title><img src="{secret.as_uri()}" alt="none"><p>Said</p>'
    assert "secret" not in PdfReader(BytesIO(pdf(named, sheet))).pages[0].extract_text()
    with patch("weasyprint.urls.URLFetcher.fetch", side_effect=AssertionError) as fetched:
        pdf(f'{named}<link rel="stylesheet" href="https://clinic.test/a.css">', sheet)
    assert not fetched.called


@pytest.mark.parametrize("name", ["amended", "as signed"])
def test_where_pango_is_missing_the_page_says_so_and_stays(
    clock: TestClock, signed_in: Signer, name: str
) -> None:
    visit = UNLIKE[name](clock)
    page_at, pdf_at = address(visit, name)
    reader = signed_in(visit.nurse)
    with patch.dict(sys.modules, weasyprint=None):
        answer = reader.get(pdf_at)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "No PDF can be made on this server." in page
    assert said_on(page) == said_on(reader.get(page_at).content.decode())
    assert {e.action for e in AccessEntry.objects.all()} == {"opened"}
