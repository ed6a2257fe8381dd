"""One set of observations, all on one screen; and its correction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission
from clinic.models import Site
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import enter, redirect_saved, render_form
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import correct_reading, record_reading
from monitoring.models import Reading as ReadingRow
from monitoring.models import Session
from monitoring.reports.session_report import load
from monitoring.rules.due import next_due
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.facts import SessionFacts
from monitoring.rules.filling import filling, representative
from monitoring.rules.protocol import SPRAVATO_US
from monitoring.rules.repeats import Repeat, repeats
from monitoring.rules.schedule import slots
from monitoring.web import links
from monitoring.web.floor.reading_form import CorrectionForm, ReadingForm, panels
from monitoring.web.gone import gone
from monitoring.web.lookup import open_session, require_here
from monitoring.web.record_page import SessionPage
from monitoring.web.why import why
from monitoring.words.due import record_words
from monitoring.words.readings import label, table


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_READING, takes_tickets=True)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """`?slot=` names what the reading is for: minutes, 0 for pre-dose, none for an additional.

    `&again=1` is an additional one where the slot's was recorded meanwhile: what was typed for the
    slot is found again there. `&paper=1`: of what was on paper, it is said already why it is late.
    """
    asked = None if "again" in request.GET else _asked(request)
    form: ReadingForm | None = None
    if request.method == "POST":
        require_here(request, session_id)
        if "discard" in request.POST:
            return _discarded(request, session_id)
        # The scales of any protocol are read alike; the verb checks them against the session's.
        form = ReadingForm(request.POST, protocol=SPRAVATO_US)
        if made := _recorded_by(request, session_id, form, asked):
            return redirect_saved(request, _("Reading saved"), "session", session_id, row=made)
    is_beside = form is not None and form.beside is not None
    session = open_session(request, session_id, load if is_beside else _to_record)
    facts = session.facts() if is_beside else session.facts_loaded()
    form = form or ReadingForm(protocol=facts.protocol)
    own: dict[str, Any] = {"next_reading": next_due(facts, clock.now()), "limits": facts.protocol}
    if "again" in request.GET:
        own["draft"] = links.reading(session, _asked(request))
    if not form.is_bound:
        form.initial["through_seq"] = facts.last_seq
        if "paper" in request.GET:
            form.initial["late_reason"] = _("Written on paper while the record did not open")
        own["recorded"] = _recorded(session, facts, asked)
    elif form.beside:
        own["beside"] = table(session, facts, only={form.beside})
    around = SessionPage(
        session=session,
        heading=_heading(asked, _repeat(request, facts)),
        button=_("Save reading"),
        template="reading/reading.html",
        context=lambda: panels(facts, form, asked) | own,
    )
    return render_form(request, form, around)


def _to_record(site: Site, session_id: UUID) -> Session | None:
    """What the form says of the readings before; a reading beside it is shown with all of its
    record."""
    return Session.objects.to_record(session_id, site)


def _recorded_by(
    request: ClinicRequest, session_id: UUID, form: ReadingForm, asked: int | None
) -> ReadingRow | None:
    return submit(
        form,
        lambda: record_reading(
            session_id,
            request.author,
            id=form.cleaned_data["id"],
            sending=form.sending,
            entry=form.entry(asked),
            note=form.cleaned_data["note"],
        ),
    )


def _discarded(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """What was typed is thrown away by who typed it, and nothing is inserted: it is the same
    measurement as one that is recorded, or no good one."""
    is_same = request.POST["discard"] == "same"
    words = (
        _("Yours was the same measurement. It is discarded, nothing was recorded")
        if is_same
        else _("Yours is discarded, nothing was recorded")
    )
    return redirect_saved(request, words, "session", session_id)


def _standing(session: Session, facts: SessionFacts, asked: int | None) -> ReadingRow | None:
    """The reading that stands for the slot already; one before the dose fills none."""
    found = representative(filling(facts).of(asked)) if asked else None
    return session.rows.find(ReadingRow, found.id) if found else None


def _recorded(session: Session, facts: SessionFacts, asked: int | None) -> dict[str, Any] | None:
    """What was recorded for the slot, where nothing of it is asked for any more."""
    found = _standing(session, facts, asked)
    if found is None or any(s.minutes == asked and s.lacking for s in slots(facts, clock.now())):
        return None
    return {
        "at": found.recorded_at,
        "by": found.recorded_by.printed_name,
        "correct": reverse("reading-correct", args=[session.pk, found.pk])
        if session.is_open
        else "",
        "additional": f"{links.reading(session, asked)}&again=1",
    }


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_READING, takes_tickets=True)
def correct(request: ClinicRequest, session_id: UUID, reading_id: UUID) -> HttpResponse:
    """The original stands beside; nothing of it is copied into the form."""
    session = open_session(request, session_id)
    facts = session.facts()
    original = next((r for r in facts.readings if r.id == reading_id), None)
    if session.rows.find(ReadingRow, reading_id) is None:
        raise Http404
    if answer := gone(request, session, _("Correct a reading"), "reading", reading_id):
        return answer
    if original is None:
        raise Http404
    form = CorrectionForm(request.POST or None, protocol=facts.protocol)

    def save() -> ReadingRow:
        return correct_reading(
            session_id,
            request.author,
            id=form.cleaned_data["id"],
            sending=form.sending,
            replaces=reading_id,
            entry=form.entry(None),
            reason=why(form.cleaned_data, "correction_reason"),
            note=form.cleaned_data["note"],
            is_time_wrong=form.is_time_wrong,
        )

    around = SessionPage(
        session=session,
        heading=_("Correct a reading: %(label)s") % {"label": label(facts, original)},
        button=_("Save correction"),
        saved=_("Correction saved"),
        template="reading/reading.html",
        context=lambda: (
            panels(facts.without(reading_id), form, None, original)
            | {
                "original": table(session, facts, only={reading_id}),
                "is_correction": True,
                "beside": table(session, facts, only={form.beside}) if form.beside else None,
                "shows_time": form.is_bound and form.is_time_wrong,
            }
        ),
    )
    return enter(request, form, around, save)


def _asked(request: ClinicRequest) -> int | None:
    text = request.GET.get("slot", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("10000") else None


def _repeat(request: ClinicRequest, facts: SessionFacts) -> Repeat | None:
    """The repeat that `?repeat=` names, a reading or a response, while it is not met."""
    about = request.GET.get("repeat", "")
    if not about:
        return None
    found = (r for r in repeats(facts, clock.now()) if str(r.about) == about)
    return next((r for r in found if r.reading is None), None)


def _heading(asked: int | None, repeat: Repeat | None) -> str:
    if repeat is not None:
        return record_words(repeat)
    if asked is None:
        return _("Additional reading")
    if asked == PRE_DOSE:
        return _("Pre-dose reading")
    return _("%(count)s-minute reading") % {"count": asked}
