"""A clinician's review of what speaks of suicidality, or of what came after departure."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import review_event
from monitoring.models import Dose, Event
from monitoring.rules.late_doses import ids_to_review
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.session.amendment import long_text
from monitoring.words.timeline import dose_entry, event_entry


class EventReviewForm(RecordForm):
    saves = Event
    assessment = long_text(gettext_lazy("What this means for the patient"), 1000)
    action_taken = long_text(
        gettext_lazy("What was agreed or done"),
        500,
        gettext_lazy("such as: safety plan gone through, who stays with the patient"),
    )


@require_http_methods(["GET", "POST"])
@page(Permission.REVIEW_EVENT)
def review(request: ClinicRequest, session_id: UUID, about: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = EventReviewForm(request.POST or None)
    event, dose = session.rows.find(Event, about), session.rows.find(Dose, about)
    if event is not None:
        entry = event_entry(event)
    elif dose is not None:
        entry = dose_entry(dose)
    else:
        raise Http404
    if not form.is_bound and about not in ids_to_review(session.facts()):
        raise Http404

    def save() -> Event:
        data = form.cleaned_data
        return review_event(
            session_id,
            request.user,
            id=data["id"],
            about=about,
            assessment=data["assessment"],
            action_taken=data["action_taken"],
        )

    around = SessionPage(
        session=session,
        heading=_("Clinician's review"),
        button=_("Save review"),
        saved=_("Review saved"),
        template="review/event.html",
        context=lambda: {"entry": entry},
    )
    return enter(request, form, around, save)
