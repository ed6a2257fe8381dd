"""What exactly was signed: the record as a clinician had it, and what has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Amendment, Clearance, Reading, Review, Session
from monitoring.proof.signed import as_signed
from monitoring.reports.content import Reader, content, signatures
from monitoring.reports.session_report import load, session_report
from monitoring.web.lookup import log_read, not_here, read
from monitoring.web.review.paper import as_pdf
from monitoring.words.amendments import amendments
from monitoring.words.people import recorder
from monitoring.words.readings import values
from monitoring.words.timeline import timeline


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    words: str
    by: str


@require_safe
@page(Permission.VIEW_SESSION)
def signature(request: ClinicRequest, session_id: UUID, clearance_id: UUID) -> HttpResponse:
    """From the log alone, whatever the tables hold now."""
    shown = _shown(request, session_id, clearance_id)
    read(request, shown["session"])
    return _page(request, shown)


@require_safe
@page(Permission.VIEW_SESSION)
def signature_pdf(request: ClinicRequest, session_id: UUID, clearance_id: UUID) -> HttpResponse:
    """The same as a file, kept as exported; where none can be made, the page says so."""
    shown = _shown(request, session_id, clearance_id)
    if (made := as_pdf(shown)) is None:
        read(request, shown["session"])
        return _page(request, shown, is_pdf_missing=True)
    log_read(request, "exported", [shown["session"].patient_id], session_id)
    return made


def _shown(request: ClinicRequest, session_id: UUID, clearance_id: UUID) -> dict[str, Any]:
    """What screen, paper and PDF show alike."""
    session = load(request.site, session_id)
    if session is None:
        raise not_here(request, session_id)
    clearance = session.rows.find(Clearance, clearance_id)
    found = as_signed(clearance) if clearance else None
    if clearance is None or found is None:
        raise Http404
    reader = Reader(request.user.printed_name, clock.now(), clearance)
    return {
        **content(session_report(found.session, clearance.signed_at), reader),
        "parts": "signature/_parts.html",
        "heading": _("As signed"),
        "heading_at": moments.day_clock(clearance.signed_at),
        "clearance": clearance,
        "signature": signatures(session, [clearance])[0],
        "is_intact": found.is_intact,
        "digest": found.digest,
        "changes": changes(session, clearance.through_seq),
    }


def _page(
    request: ClinicRequest, shown: dict[str, Any], *, is_pdf_missing: bool = False
) -> HttpResponse:
    permissions: frozenset[Permission] = request.permissions
    ids = [shown["session"].pk, shown["clearance"].pk]
    context = {
        **shown,
        "is_printable": True,
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
        "pdf_address": reverse("signature-pdf", args=ids),
        "is_pdf_missing": is_pdf_missing,
    }
    status = 503 if is_pdf_missing else 200
    return render(request, "signature/signature.html", context, status=status)


def changes(session: Session, through_seq: int) -> list[Change]:
    """What the record holds that the signature does not cover, in the order it was recorded."""
    found = [
        (r.seq, Change(r.recorded_at, _reading(r), recorder(r)))
        for r in session.rows.of(Reading)
        if r.seq > through_seq
    ]
    found += [
        (entry.seq, Change(entry.recorded_at or entry.at, entry.words, entry.by))
        for entry in timeline(session, session.facts())
        if entry.seq > through_seq
    ]
    for review in session.rows.of(Review):
        if review.seq > through_seq:
            words = _("Review: %(words)s") % {
                "words": f"{review.assessment}; {review.action_taken}"
            }
            found.append((review.seq, Change(review.recorded_at, words, review.printed_name)))
    lines = amendments(session)
    for row, line in zip(session.rows.of(Amendment), lines, strict=True):
        words = _("Amendment to %(about)s: %(text)s") % {"about": line.about, "text": line.text}
        found.append((row.seq, Change(row.recorded_at, words, line.by)))
    return [change for _seq, change in sorted(found, key=lambda pair: pair[0])]


def _reading(row: Reading) -> str:
    params = {"at": moments.clock(row.taken_at), "values": values(row)}
    if row.replaces_id:
        return _("Correction, taken %(at)s: %(values)s") % params
    if row.after_departure:
        return _("Reading that arrived after departure, taken %(at)s: %(values)s") % params
    return _("Reading taken %(at)s: %(values)s") % params
