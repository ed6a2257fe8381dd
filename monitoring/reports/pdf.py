"""A report as a PDF/UA, which a screen reader reads: the parts of the page in a skeleton of paper.

The same text makes the same bytes, by the same version of the code: its dates and its identifier
come from the text, and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Any

VARIANT = "pdf/ua-1"
_ONE_AT_A_TIME = threading.Lock()
"""Pango keeps fonts for the whole process."""


class MissingError(Exception):
    """What draws a PDF is not installed here: WeasyPrint itself, or the system's Pango."""


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
    with _ONE_AT_A_TIME:
        looks = [CSS(string=sheet, url_fetcher=fetcher)]
        page = HTML(string=html, url_fetcher=fetcher)
        made: bytes = page.write_pdf(stylesheets=looks, pdf_variant=VARIANT, pdf_identifier=name)
    return made
