"""A report as a PDF/UA, which a screen reader reads: the parts of the page in a skeleton of paper.

The same text makes the same bytes, by the same version of the code: its dates and its identifier
come from the text, and nothing is fetched.
"""

from __future__ import annotations

import gc
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

VARIANT = "pdf/ua-1"
_ONE_AT_A_TIME = threading.Lock()
"""Pango keeps fonts for the whole process."""


class MissingError(Exception):
    """What draws a PDF is not installed here: WeasyPrint itself, or the system's Pango."""


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """A document is many thousand small objects that all live until it is done: looking through
    them again and again for what could be freed is a quarter of the work."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def pdf(html: str, sheet: str) -> bytes:
    """The PDF of a whole page of HTML and its stylesheet. Raises MissingError.

    WeasyPrint is imported here: it takes a third of a second, and most processes need none.
    """
    try:
        from weasyprint import CSS, HTML, urls
    except (ImportError, OSError) as missing:
        raise MissingError from missing

    class Refusing(urls.URLFetcher):  # type: ignore[misc]
        """Neither a file nor the network is read, whatever the text names."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise PermissionError(url)

    name, fetcher = hashlib.sha256((html + sheet).encode()).digest()[:16], Refusing()
    with _ONE_AT_A_TIME, _nothing_collected():
        looks = [CSS(string=sheet, url_fetcher=fetcher)]
        page = HTML(string=html, url_fetcher=fetcher)
        made: bytes = page.write_pdf(stylesheets=looks, pdf_variant=VARIANT, pdf_identifier=name)
    return made
