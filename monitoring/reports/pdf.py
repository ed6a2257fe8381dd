"""A report as a PDF/UA, which a screen reader reads: the parts of the page in a skeleton of paper.

The same text makes the same bytes, by the same version of the code: its dates come from the text,
and nothing is fetched. A document has no identifier of the file format, which PDF/UA does not ask
for: for its digest everything would be put together and compressed twice.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from clinic.uncollected import uncollected

VARIANT = "pdf/ua-1"
GROUND = """
    head { display: none }
    html, body, div, section, h1, h2, h3, p, ul, ol { display: block }
    li { display: list-item }
    table { display: table; box-sizing: border-box }
    caption { display: table-caption }
    thead { display: table-header-group }
    tbody { display: table-row-group }
    tr { display: table-row }
    th, td { display: table-cell }
    strong, th, h1, h2, h3 { font-weight: 700 }
    svg { overflow: hidden }
    h1, h2, h3 { break-after: avoid; bookmark-label: content(text) }
    h1 { bookmark-level: 1 }
    h2 { bookmark-level: 2 }
    h3 { bookmark-level: 3 }
"""
"""What each element is that a document has; the sheet of each document says how it looks."""
_ONE_AT_A_TIME = threading.Lock()
"""Pango keeps fonts for the whole process."""


class MissingError(Exception):
    """What draws a PDF is not installed here: WeasyPrint itself, or the system's Pango."""


def pdf(html: str, sheet: str) -> bytes:
    """The PDF of a whole page of HTML and its stylesheet. Raises MissingError.

    WeasyPrint is imported here: it takes a third of a second, and most processes need none.
    """
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError) as missing:
        raise MissingError from missing

    with _ONE_AT_A_TIME, uncollected():
        made: bytes = _read(html).write_pdf(
            stylesheets=[_looks(sheet)],
            font_config=_fonts(),
            pdf_variant=VARIANT,
        )
    return made


def _read(html: str) -> Any:
    """The page as WeasyPrint wants it. One that is XML too is read by the parser that Python has
    in C: the other one, in Python, takes a tenth of all the work. The two read it alike.

    WeasyPrint's own sheet, for all of HTML, takes another tenth: in its place stands GROUND.
    """
    from cssselect2 import ElementWrapper
    from weasyprint import HTML

    class Plain(HTML):  # type: ignore[misc]
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return [_looks(GROUND)]

    class Read(Plain):
        def __init__(self, root: ElementTree.Element) -> None:
            self.base_url, self.media_type, self.url_fetcher = None, "print", _refusing()
            self.wrapper_element = ElementWrapper.from_html_root(root)
            self.etree_element = self.wrapper_element.etree_element

    try:
        # Whatever people wrote is escaped in it, so that it can name no entity.
        return Read(ElementTree.fromstring(html))  # noqa: S314
    except ElementTree.ParseError:  # A text has a sign that XML does not know.
        return Plain(string=html, url_fetcher=_refusing())


def _refusing() -> Any:
    """Neither a file nor the network is read, whatever the text names."""
    from weasyprint import urls

    class Refusing(urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise PermissionError(url)

    return Refusing()


@cache
def _fonts() -> Any:
    """Which fonts the machine has, looked up once for all documents."""
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()


@lru_cache(maxsize=8)
def _looks(sheet: str) -> Any:
    """The stylesheet, read once: there is one for each size of paper."""
    from weasyprint import CSS

    return CSS(string=sheet, url_fetcher=_refusing(), font_config=_fonts())
