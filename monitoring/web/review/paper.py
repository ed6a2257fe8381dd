"""A report as a file to keep or to hand on."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from monitoring.models import Session
from monitoring.reports.pdf import MissingError, pdf


def as_pdf(shown: dict[str, Any]) -> HttpResponse | None:
    """The PDF of what a report's page shows; None where this server can make none. Its name says
    neither who the patient is nor which number they have."""
    session: Session = shown["session"]
    try:
        made = pdf(*(render_to_string(f"report/pdf.{kind}", shown) for kind in ("html", "css")))
    except MissingError:
        return None
    day = timezone.localtime(session.planned_for).date()
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = (
        f'attachment; filename="session-{day}-{session.pk.hex[-8:]}.pdf"'
    )
    return answer
