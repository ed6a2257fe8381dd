"""After a session has ended: amendments, and a clinician's answer to late readings."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission
from clinic.pages import keyset
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import enter
from clinic.pages.fields import offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import amend_record, review_reading
from monitoring.models import Amendment, Dose, Event, Reading, Review, Session, Strike
from monitoring.reports import reviews
from monitoring.web.lookup import log_read, open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.words.amendments import late_reading
from monitoring.words.readings import table
from monitoring.words.subjects import subjects
from monitoring.words.timeline import Entry, dose_entry, event_entry

PAGE_SIZE = 50


def long_text(label: Any, length: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=length,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AmendmentForm(RecordForm):
    saves = Amendment
    about = forms.ChoiceField(required=False, label=gettext_lazy("What is amended"))
    text = long_text(
        gettext_lazy("Amendment"),
        1000,
        gettext_lazy("The original stays as it is and stays readable."),
    )
    reason = long_text(gettext_lazy("Reason for the amendment"), 300)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "about", [("", _("Choose")), *subjects(session)])


class ReviewForm(RecordForm):
    saves = Review
    assessment = long_text(gettext_lazy("What this reading means"), 500)
    action_taken = long_text(
        gettext_lazy("What was done"), 500, gettext_lazy("such as: rang the patient, who is well")
    )


@require_http_methods(["GET", "POST"])
@page(Permission.AMEND_RECORD)
def amend(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = AmendmentForm(request.POST or None, session=session)
    form.initial["about"] = request.GET.get("about", "")

    def save() -> Amendment:
        data = form.cleaned_data
        about, _sep, about_id = data["about"].partition(":")
        return amend_record(
            session_id,
            request.user,
            id=data["id"],
            about=about,
            about_id=UUID(about_id) if about_id else None,
            text=data["text"],
            reason=data["reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("Amend the record"),
        button=_("Save amendment"),
        saved=_("Amendment saved"),
    )
    return enter(request, form, around, save)


@require_http_methods(["GET", "POST"])
@page(Permission.REVIEW_READING)
def review(request: ClinicRequest, session_id: UUID, reading_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    found = session.rows.find(Reading, reading_id)
    if found is None or not found.after_departure:
        raise Http404
    form = ReviewForm(request.POST or None)

    def save() -> Review:
        data = form.cleaned_data
        return review_reading(
            session_id,
            request.user,
            id=data["id"],
            reading_id=reading_id,
            assessment=data["assessment"],
            action_taken=data["action_taken"],
        )

    around = SessionPage(
        session=session,
        heading=_("Late reading"),
        button=_("Save review"),
        saved=_("Review saved"),
        back=reverse("review-list"),
        goes_to=reverse("session", args=[session_id]),
        template="amendment/review.html",
        context=lambda: {
            "readings": table(session, session.facts(), only={reading_id}),
            "review": session.rows.beside(found, Review),
        },
    )
    return enter(request, form, around, save)


@require_safe
@page(Permission.REVIEW_READING)
def review_list(request: ClinicRequest) -> HttpResponse:
    """What came after departure and that no clinician has answered, the longest waiting first."""
    lists = reviews.lists(request.site)
    shown = keyset.page_of_parts(lists, request.GET, PAGE_SIZE)
    log_read(request, "listed", [row.session.patient_id for _number, row in shown.rows])
    rows: list[Any] = [row for _number, row in shown.rows]
    context = {
        "events": [(row, _entry(row)) for row in rows if isinstance(row, Event | Dose)],
        "waiting": [(r.session, late_reading(r, None)) for r in rows if isinstance(r, Reading)],
        "strikes": [row for row in rows if isinstance(row, Strike)],
        "shown": shown,
        **keyset.told(shown, *(part.found for part in lists)),
        "area": "reviews",
    }
    return render(request, "amendment/review_list.html", context)


def _entry(late: Event | Dose) -> Entry:
    return event_entry(late) if isinstance(late, Event) else dose_entry(late)
