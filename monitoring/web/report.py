"""The report of one session: deviations first, then the whole record of the session."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from monitoring.models import Admission, ChainHead, Clearance, Session, TrailEntry
from monitoring.reports.session_report import SessionReport, load, peak, session_report
from monitoring.rules.deviations import Deviation
from monitoring.rules.measures import OBSERVATION_NAMES
from monitoring.rules.readiness import CHECKLIST, CONCOMITANT, CONTRAINDICATIONS, FASTING
from monitoring.trail.organisation import renewals_before
from monitoring.web import wording
from monitoring.web.lookup import not_here, read, site_of
from monitoring.web.presenters.amendments import amendments, late_readings
from monitoring.web.presenters.banner import session_banner
from monitoring.web.presenters.readings import table
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
MOMENTS = {
    "last_dose": gettext_noop("Last dose"),
    "window": gettext_noop("End of the observation window"),
    "window_unreached": gettext_noop("End of the observation window, not reached"),
    "clearance": gettext_noop("Clearance signed"),
    "departure": gettext_noop("Patient left"),
}
CAUTIONS = {
    "blood_pressure_rising": gettext_noop("Blood pressure rising at the last check"),
    "blood_pressure": gettext_noop("Blood pressure above the criteria"),
    "sedation": gettext_noop("Sedation below the criterion"),
    "dissociation": gettext_noop("Dissociation above the criterion"),
    "spo2": gettext_noop("SpO₂ below the criterion"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One deviation as it reads."""

    at: datetime
    minutes: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Signature:
    clearance: Clearance
    confirmed: tuple[str, ...]
    had_serious_event: str
    justifications: tuple[tuple[str, str], ...]
    withdrawal: Any
    renewal: str
    """Who renewed the signer's sign-in within the week before, and when; mostly empty."""


@require_safe
@page(Permission.VIEW_SESSION)
def report(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = load(site_of(request), session_id)
    if session is None:
        raise not_here(request, session_id)
    read(request, session)
    found = session_report(session, clock.now())
    permissions: frozenset[Permission] = request.permissions  # type: ignore[attr-defined]
    is_reviewer = Permission.VIEW_REGISTER in permissions
    area = "register" if is_reviewer else "patients"
    context = report_context(found) | {
        "area": area,
        "head": ChainHead.objects.filter(pk=session_id).first(),
    }
    return render(request, "report/report.html", context)


def report_context(found: SessionReport) -> dict[str, Any]:
    session, facts = found.session, found.facts
    return {
        "report": found,
        "is_printable": True,
        "session": session,
        "facts": facts,
        "banner": session_banner(session),
        "deviations": [_line(found, d) for d in found.deviations],
        "spans": [(_(MOMENTS[s.code]), s) for s in found.spans],
        "peaks": [
            (_("Highest systolic after the dose"), peak(facts, "systolic")),
            (_("Highest diastolic after the dose"), peak(facts, "diastolic")),
        ],
        "chart": session_chart(session, facts, found.as_of),
        "readings": table(session, facts),
        "timeline": timeline(session, facts),
        "answers": _answers(session),
        "signatures": signatures(session.clearance_set.all()),
        "amendments": amendments(session),
        "late": late_readings(session),
        "departure": session.departure if session.phase == "closed" else None,
    }


def _line(found: SessionReport, deviation: Deviation) -> Line:
    words = wording.deviation(deviation)
    if deviation.code == "caution_justified":
        words = f"{words}: {caution(str(deviation.params['caution']))}"
    return Line(deviation.at, found.facts.minutes(deviation.at), words)


def caution(key: str) -> str:
    """What the key of a justified caution was about, where its values are not kept."""
    if key.startswith("mandatory_not_done_"):
        minutes = key.removeprefix("mandatory_not_done_")
        return _("%(minutes)s-minute blood pressure not taken") % {"minutes": minutes}
    if key.startswith("not_measured_"):
        name = _(OBSERVATION_NAMES[key.removeprefix("not_measured_")])
        return _("%(observation)s not measured in the final set") % {"observation": name}
    return _(CAUTIONS[key])


def _answers(session: Session) -> list[tuple[str, str]]:
    """Each admission question with its latest answer."""
    admissions = list(session.admission_set.all())
    if not admissions:
        return []
    latest = admissions[-1]
    found = [(Admission.question(q), yes_no(getattr(latest, q))) for q in QUESTIONS]
    if latest.fasting_reason:
        found.append((_("Fasting: why go on"), latest.fasting_reason))
    if latest.transport_reason:
        found.append((_("How the patient gets home"), latest.transport_reason))
    return [*found, (_("Prescriber on site"), latest.prescriber_name)]


def yes_no(answer: bool | None) -> str:
    return {True: _("Yes"), False: _("No"), None: _("Not asked")}[answer]


def signatures(clearances: Iterable[Clearance]) -> list[Signature]:
    found = list(clearances)
    renewals = renewals_before((c.signed_by_id, c.signed_at) for c in found) if found else {}
    return [_signature(c, renewals.get((c.signed_by_id, c.signed_at))) for c in found]


def renewal_words(entry: TrailEntry | None) -> str:
    if entry is None or entry.actor is None:
        return ""
    return _("sign-in renewed by %(by)s on %(at)s") % {
        "by": entry.actor.printed_name,
        "at": timezone.localtime(entry.at).strftime("%d-%b-%Y %H:%M"),
    }


def _signature(clearance: Clearance, renewal: TrailEntry | None) -> Signature:
    checklist = clearance.checklist
    return Signature(
        clearance=clearance,
        confirmed=tuple(_(CHECKLIST[key]) for key in CHECKLIST if checklist.get(key)),
        had_serious_event=yes_no(checklist.get("had_serious_event")),
        justifications=tuple((caution(k), words) for k, words in clearance.justifications.items()),
        withdrawal=getattr(clearance, "withdrawal", None),
        renewal=renewal_words(renewal),
    )
