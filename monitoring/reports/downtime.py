"""The sheets by which a site's open sessions go on while the server does not answer."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from clinic.models import Site
from monitoring.models import Order, ProtocolVersion, Session
from monitoring.models.history import load_history
from monitoring.models.rows import load
from monitoring.models.session import observed
from monitoring.reports.pdf import pdf
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.words.downtime import ROWS, Row, Sheet, sheet
from monitoring.words.readings import columns

LOOKS = "monitoring/downtime.css"


def of_site(site: Site, now: datetime) -> dict[str, Any]:
    """What the page and the file show alike."""
    return {
        "site": site,
        "sheets": sheets(site, now),
        "columns": columns(SPRAVATO_US),
        "empty_rows": [Row()] * ROWS,
        "blanks": [
            _("Name, born, MRN"),
            _("Allergies, cautions"),
            _("Drug, dose, lot, given at"),
            _("Watched by"),
        ],
    }


def sheets(site: Site, now: datetime) -> list[Sheet]:
    """One for each session in progress at `site`, by name; as many queries for many as for one."""
    board = Session.on_the_board(site, now)
    found = [s for s in board.instances(board.rows) if s.is_open]
    protocols = ProtocolVersion.read(session.protocol_version_id for session in found)
    for session in found:
        session.protocol_version = protocols[session.protocol_version_id]
    load(found, [*observed(), Order])
    load_history([s for s in found if s.phase == Session.Phase.ARRIVED])
    made = [sheet(session, session.facts_loaded(), now) for session in found]
    return sorted(made, key=lambda one: one.banner.name)


def as_pdf(site: Site, now: datetime) -> bytes:
    """The sheets as one file, in the site's time and on its paper. Raises MissingError."""
    with timezone.override(site.tz):
        shown = of_site(site, now) | {"made_at": now, "looks": _looks()}
        return pdf(*(render_to_string(f"downtime/pdf.{kind}", shown) for kind in ("html", "css")))


@cache
def _looks() -> str:
    """The rules of the page itself, which are ours."""
    return mark_safe(Path(str(finders.find(LOOKS))).read_text(encoding="utf-8"))  # noqa: S308
