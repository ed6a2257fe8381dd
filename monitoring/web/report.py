"""The report of one session: deviations first, then the whole course."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from monitoring.models import Admission, Clearance, Session
from monitoring.rules.deviations import deviations
from monitoring.rules.readiness import CONCOMITANT, CONTRAINDICATIONS, FASTING
from monitoring.web import wording
from monitoring.web.lookup import session_or_404
from monitoring.web.presenters.banner import session_banner
from monitoring.web.presenters.readings import rows
from monitoring.web.presenters.timeline import timeline
from monitoring.web.session import session_chart

QUESTIONS = (
    "identifiers_confirmed",
    *CONTRAINDICATIONS,
    *FASTING,
    *CONCOMITANT,
    "transport_arranged",
    "no_driving_advised",
)


@require_safe
@page(Permission.VIEW_SESSION)
def report(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = session_or_404(request, session_id)
    course, now = session.course(), clock.now()
    context = {
        "session": session,
        "banner": session_banner(session),
        "course": course,
        "as_of": now,
        "deviations": [
            {"at": d.at, "minutes": course.minutes(d.at), "words": wording.deviation(d)}
            for d in deviations(course, now)
        ],
        "chart": session_chart(session, course, now),
        "readings": rows(session, course),
        "timeline": timeline(session, course),
        "answers": _answers(session),
        "signatures": [_signature(c) for c in session.clearance_set.all()],
        "window_minutes": course.protocol.window_minutes,
        "area": "register",
    }
    return render(request, "report/report.html", context)


def _answers(session: Session) -> list[tuple[str, str]]:
    """Each admission question with its latest answer."""
    admissions = list(session.admission_set.all())
    if not admissions:
        return []
    latest = admissions[-1]
    words = {True: _("Yes"), False: _("No"), None: _("Not asked")}
    found = [(Admission.question(q), words[getattr(latest, q)]) for q in QUESTIONS]
    if latest.fasting_reason:
        found.append((_("Fasting: why go on"), latest.fasting_reason))
    if latest.transport_reason:
        found.append((_("How the patient gets home"), latest.transport_reason))
    return [*found, (_("Prescriber on site"), latest.prescriber_name)]


def _signature(clearance: Clearance) -> dict[str, Any]:
    withdrawal = getattr(clearance, "withdrawal", None)
    return {
        "clearance": clearance,
        "justifications": [
            {"key": key, "words": words} for key, words in clearance.justifications.items()
        ],
        "withdrawal": withdrawal,
    }
