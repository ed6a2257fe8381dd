"""The minutes of one session on one page: observation, staff contact, and codes to be checked."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring import actions
from monitoring.reports.minutes import minutes
from monitoring.web.lookup import open_session
from monitoring.words import minutes as words
from monitoring.words.banner import session_banner
from monitoring.words.given import given


@require_safe
@page(Permission.VIEW_MINUTES)
def minutes_page(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    found, permissions = minutes(session), request.permissions
    observation = words.observation(session, found.observation)
    staff = words.staff(session, found.facts) if found.observation else []
    drug = words.drug(found.facts)
    lines = [*observation, *staff, drug]
    has_contacts = any(line.strike is None for line in found.contacts)
    context = {
        "session": session,
        "banner": session_banner(session, is_marked=False),
        "found": found,
        "observation": observation,
        "doses": words.doses(session, found.facts),
        "given": given(found.facts),
        "drug": drug,
        "staff": staff,
        "missing": words.missing(lines, has_contacts=has_contacts) if found.observation else [],
        "codes": words.codes(found.candidates),
        "as_of": clock.now(),
        "can_record": actions.record_staff_contact.is_offered(permissions, session.phase),
        "is_printable": True,
        "area": "register" if Permission.VIEW_REGISTER in permissions else "patients",
    }
    return render(request, "minutes/minutes.html", context)
