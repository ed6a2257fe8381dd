"""What was entered in error: marked by who entered it, and confirmed by a clinician."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.message import Message
from clinic.models import Staff
from clinic.models.row import name_of
from clinic.pages.entry_page import enter, redirect_saved, render_form
from clinic.pages.fields import Tiles, YesNo
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring import actions
from monitoring.actions.strike import standing_fact
from monitoring.models import Admission, Session, SessionFact, Strike, StrikeConfirmation
from monitoring.models.rows import SessionRows
from monitoring.models.together import made_with
from monitoring.web.floor.next_step import Permissions
from monitoring.web.gone import gone
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.words.strikes import strike_notes
from monitoring.words.timeline import described


class StrikeForm(RecordForm):
    uses_outbox = True
    saves = Strike
    kind = Tiles(label=gettext_lazy("What was wrong"), choices=Strike.Kind.choices)
    reason = forms.CharField(required=False, max_length=300, label=gettext_lazy("In a few words"))


class ConfirmationForm(RecordForm):
    saves = StrikeConfirmation
    is_confirmed = YesNo(
        label=gettext_lazy("Was this entered in error"),
        answers=(gettext_lazy("Yes: it counts no more"), gettext_lazy("No: it counts")),
    )
    reason = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If it counts: why")
    )


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT, takes_tickets=True)
def strike(request: ClinicRequest, session_id: UUID, noun: str, fact_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    kinds = {name_of(kind): kind for kind in SessionFact.tables() if kind.can_be_struck}
    if noun not in kinds or session.rows.find(kinds[noun], fact_id) is None:
        raise Http404
    waiting = strike_notes(session.rows).get(fact_id)
    words = waiting.words if waiting and waiting.waits else ""
    if answer := gone(request, session, _("Entered in error"), noun, fact_id, words):
        return answer
    form = StrikeForm(request.POST or None)

    def save() -> Strike:
        data = form.cleaned_data
        return actions.strike(
            session_id,
            request.author,
            id=data["id"],
            noun=noun,
            target=fact_id,
            kind=data["kind"],
            reason=data["reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("Entered in error"),
        button=_("Mark as entered in error"),
        template="strike/strike.html",
        context=lambda: _named(session, noun, fact_id),
    )
    made = submit(form, save)
    if made is None:
        return render_form(request, form, around)
    words = _("Marked as entered in error")
    if made.needs_confirmation:
        words = _("It counts until a clinician confirms this. Marked as entered in error")
    return redirect_saved(request, words, around.back_address, row=made)


@require_http_methods(["GET", "POST"])
@page(Permission.CONFIRM_STRIKE)
def confirm(request: ClinicRequest, session_id: UUID, strike_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    found = session.rows.find(Strike, strike_id)
    if found is None or not found.needs_confirmation:
        raise Http404
    note, heading = strike_notes(session.rows)[found.target], _("Entered in error?")
    words = "" if note.waits else note.words
    if answer := gone(request, session, heading, found.noun, found.target, words):
        return answer
    form = ConfirmationForm(request.POST or None)

    def save() -> StrikeConfirmation:
        data = form.cleaned_data
        if data["is_confirmed"] is None:
            raise actions.Refused([Message("unanswered", field="is_confirmed")])
        return actions.confirm_strike(
            session_id,
            request.user,
            id=data["id"],
            strike_id=strike_id,
            is_confirmed=data["is_confirmed"],
            reason=data["reason"],
        )

    around = SessionPage(
        session=session,
        heading=heading,
        button=_("Save answer"),
        saved=_("Answer saved"),
        template="strike/strike.html",
        context=lambda: {**_named(session, found.noun, found.target), "note": note.words},
    )
    return enter(request, form, around, save)


def _named(session: Session, noun: str, id: UUID) -> dict[str, object]:
    """The fact, and what the same entry made beside it."""
    facts, fact = session.facts(), standing_fact(session.rows, noun, id)
    beside = made_with(session.rows, fact) if fact else ()
    return {
        "named": described(session, facts, noun, id),
        "beside": [described(session, facts, "event", event.pk) for event in beside],
    }


def arrival(rows: SessionRows, offered: Collection[UUID]) -> UUID | None:
    """The latest arrival that counts, where it is among what is `offered` to be struck."""
    latest = rows.standing_if_loaded(Admission)[-1:]
    return next((row.pk for row in latest if row.pk in offered), None)


def strikable(
    rows: SessionRows, by: Staff, permissions: Permissions, phase: str
) -> frozenset[UUID]:
    """The facts among those loaded that `by` may mark: one's own, or, as a clinician, each."""
    if not actions.strike.is_offered(permissions, phase):
        return frozenset()
    waiting = {id for id, note in strike_notes(rows).items() if note.waits}
    is_clinician = Permission.CONFIRM_STRIKE in permissions
    return frozenset(
        row.pk
        for noun in SessionFact.tables()
        if noun.can_be_struck and rows.has(noun)
        for row in rows.standing(noun)
        if row.pk not in waiting and (is_clinician or row.recorded_by_id == by.pk)
    )
