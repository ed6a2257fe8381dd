"""Correcting a dose or an event: what is typed was wrong; what is left empty stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.amounts import Amount
from clinic.pages.dates import ExpiryField
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import correct_dose, correct_event
from monitoring.actions.correct_dose import DoseCorrection
from monitoring.actions.correct_event import EventCorrection
from monitoring.models import Dose, DoseEnd, Event, Session
from monitoring.web.floor.dose import SPRAYED
from monitoring.web.gone import gone
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime
from monitoring.web.why import own_words, usual_reasons, why
from monitoring.words.timeline import described


class CorrectingForm(RecordForm):
    """Nothing of the original is copied into it."""

    def typed(self, name: str) -> Any:
        """What was typed for `name`; None where it was left empty, or is not asked."""
        if name not in self.fields or not str(self.data.get(name, "")).strip():
            return None
        return self.cleaned_data[name]

    def time(self, name: str) -> datetime | None:
        """The same for a time, of which an empty one is no moment here."""
        found: datetime | None = self.typed(name)
        return found


def _text(label: Any, length: int) -> forms.CharField:
    return forms.CharField(required=False, max_length=length, label=label)


class DoseCorrectionForm(CorrectingForm):
    saves = Dose
    lot = _text(gettext_lazy("Lot number"), 40)
    expiry = ExpiryField(required=False, label=gettext_lazy("Expiry date"))
    started_at = ClockTime(label=gettext_lazy("Given at"))
    sprays = Tiles(label=gettext_lazy("How much was given, by the green dots"), choices=SPRAYED)
    ended_at = ClockTime(label=gettext_lazy("Ended at"))
    ended_mg = Amount(required=False, label=gettext_lazy("Given (mg)"))
    is_running = forms.BooleanField(
        required=False,
        label=gettext_lazy("The end was entered in error: it still runs"),
        label_suffix="",
    )
    partial_detail = _text(gettext_lazy("If not all was given: what happened"), 300)
    usual_reason = usual_reasons()
    reason = own_words()

    def __init__(self, *args: Any, dose: Dose, end: DoseEnd | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_infusion = dose.is_complete is None
        left_out = ["sprays"] if is_infusion else []
        if end is None:
            left_out += ["ended_at", "ended_mg", "is_running"]
        if is_infusion and end is None:
            left_out.append("partial_detail")
        for name in left_out:
            del self.fields[name]

    def correction(self) -> DoseCorrection:
        sprays = self.typed("sprays")
        return DoseCorrection(
            lot=self.typed("lot"),
            expiry=self.typed("expiry"),
            started_at=self.time("started_at"),
            sprays=None if sprays is None else int(sprays),
            partial_detail=self.typed("partial_detail"),
            ended_at=self.time("ended_at"),
            ended_mg=self.typed("ended_mg"),
            is_running=self.typed("is_running"),
        )


class EventCorrectionForm(CorrectingForm):
    uses_outbox = True
    saves = Event
    at = ClockTime(label=gettext_lazy("When"))
    detail = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("Detail"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    onset_at = ClockTime(label=gettext_lazy("Onset"))
    informed = _text(gettext_lazy("Who was informed"), 200)
    ordered = _text(gettext_lazy("What was ordered"), 500)
    usual_reason = usual_reasons()
    reason = own_words()

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("onset_at", "informed", "ordered"):
            if not getattr(event, name):
                del self.fields[name]
        if event.kind == Event.Kind.RESPONSE:
            del self.fields["detail"]

    def correction(self) -> EventCorrection:
        return EventCorrection(
            at=self.time("at"),
            detail=self.typed("detail"),
            onset_at=self.time("onset_at"),
            informed=self.typed("informed"),
            ordered=self.typed("ordered"),
        )


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def dose(request: ClinicRequest, session_id: UUID, dose_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    found = session.rows.find(Dose, dose_id)
    if found is None:
        raise Http404
    if answer := gone(request, session, _("Correct a dose"), "dose", dose_id):
        return answer
    form = DoseCorrectionForm(
        request.POST or None, dose=found, end=session.rows.beside(found, DoseEnd)
    )

    def save() -> Dose:
        return correct_dose(
            session_id,
            request.user,
            id=form.cleaned_data["id"],
            replaces=dose_id,
            correction=form.correction(),
            reason=why(form.cleaned_data),
        )

    return enter(request, form, _around(session, _("Correct a dose"), "dose", dose_id), save)


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT, takes_tickets=True)
def event(request: ClinicRequest, session_id: UUID, event_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    found = session.rows.find(Event, event_id)
    if found is None:
        raise Http404
    if answer := gone(request, session, _("Correct an event"), "event", event_id):
        return answer
    form = EventCorrectionForm(request.POST or None, event=found)

    def save() -> Event:
        return correct_event(
            session_id,
            request.author,
            id=form.cleaned_data["id"],
            replaces=event_id,
            correction=form.correction(),
            reason=why(form.cleaned_data),
        )

    return enter(request, form, _around(session, _("Correct an event"), "event", event_id), save)


def _around(session: Session, heading: str, noun: str, id: UUID) -> SessionPage:
    return SessionPage(
        session=session,
        heading=heading,
        button=_("Save correction"),
        saved=_("Correction saved"),
        template="strike/correction.html",
        context=lambda: {
            "named": described(session, session.facts(), noun, id),
            "empty": _("empty leaves it as it was"),
        },
    )
