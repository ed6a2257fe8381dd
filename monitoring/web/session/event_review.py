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
from monitoring.models import Event
from monitoring.rules.suicidality import waits_for_review
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.session.amendment import long_text
from monitoring.words.timeline import event_entry


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
    found = session.rows.find(Event, about)
    is_known = found is not None and (
        form.is_bound or about in {e.id for e in waits_for_review(session.facts())}
    )
    if found is None or not is_known:
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
        context=lambda: {"entry": event_entry(found)},
    )
    return enter(request, form, around, save)
