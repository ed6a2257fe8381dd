"""Anything else worth its time: a symptom, a medication, a handover, an adverse event."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages import moments
from clinic.pages.entry_page import enter
from clinic.pages.fields import ManyTiles, Tiles, YesNo, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import record_event
from monitoring.actions.record_event import AFTER_LEAVING, RECORDABLE, EventEntry
from monitoring.models import Event, Session
from monitoring.rules.flags import SYMPTOMS
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, confirmed


class EventForm(RecordForm):
    repeats = True
    uses_outbox = True
    saves = Event
    kind = Tiles(label=gettext_lazy("What"))
    symptoms = ManyTiles(
        label=gettext_lazy("Symptoms: tapping one makes this a symptom"),
        tiles_class="tiles-symptoms",
        choices=[(key, gettext_lazy(words)) for key, words in SYMPTOMS.items()],
    )
    detail = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("Detail"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    at = ClockTime(label=gettext_lazy("When"))
    late_reason = WhyLate()
    is_serious = YesNo(label=gettext_lazy("If an adverse event: serious"))
    onset_at = ClockTime(label=gettext_lazy("If an adverse event: onset"))
    resolves = forms.ChoiceField(required=False, label=gettext_lazy("If a resolution: of what"))
    medication = forms.ChoiceField(
        required=False, label=gettext_lazy("If an effect: of which medication")
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_left = session.phase == Session.Phase.CLOSED
        kinds = [
            c for c in Event.Kind.choices if c[0] in (AFTER_LEAVING if has_left else RECORDABLE)
        ]
        events = list(session.rows.standing(Event))
        done = {e.resolves_id for e in events}
        open_events = [
            (str(e.id), f"{e.get_kind_display()}: {e.detail or ', '.join(e.symptoms)}")
            for e in events
            if e.kind in {"adverse_event", "symptom"} and e.id not in done
        ]
        if open_events:
            offer(self, "resolves", [("", _("Choose")), *open_events])
        else:
            del self.fields["resolves"]
            kinds = [c for c in kinds if c[0] != "resolution"]
        given = [e for e in events if e.kind == Event.Kind.MEDICATION]
        if given and not has_left:
            offer(self, "medication", [("", _("Choose")), *((str(e.id), _given(e)) for e in given)])
        else:
            del self.fields["medication"]
            kinds = [c for c in kinds if c[0] != "effect"]
        offer(self, "kind", kinds)

    def clean(self) -> dict[str, Any]:
        """A symptom that is ticked says what kind of event it is, where nothing else does."""
        data = super().clean() or {}
        if data.get("symptoms") and not data.get("kind") and "kind" not in self.errors:
            data["kind"] = Event.Kind.SYMPTOM.value
        return data

    def onset(self) -> datetime | None:
        """An empty onset is now for an adverse event, and nothing for any other."""
        data, typed = self.cleaned_data, self["onset_at"].value()
        is_meant = data["kind"] == Event.Kind.ADVERSE_EVENT or str(typed or "").strip()
        return cast("datetime", data["onset_at"]) if is_meant else None


def _given(medication: Event) -> str:
    return f"{moments.clock(medication.at)} {medication.drug or medication.detail}"


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT, takes_tickets=True)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = EventForm(request.POST or None, session=session)

    def save() -> Event:
        data = form.cleaned_data
        resolves, medication = data.get("resolves"), data.get("medication")
        return record_event(
            session_id,
            request.author,
            id=data["id"],
            sending=form.sending,
            event=EventEntry(
                kind=data["kind"],
                at=data["at"],
                confirmed_at=confirmed(form, "at"),
                late_reason=data["late_reason"],
                detail=data["detail"],
                symptoms=data["symptoms"],
                is_serious=data["is_serious"],
                onset_at=form.onset(),
                onset_confirmed_at=confirmed(form, "onset_at"),
                resolves_id=UUID(resolves) if resolves else None,
                medication_id=UUID(medication) if medication else None,
            ),
        )

    around = SessionPage(
        session=session, heading=_("Event"), button=_("Save event"), saved=_("Event saved")
    )
    return enter(request, form, around, save)
