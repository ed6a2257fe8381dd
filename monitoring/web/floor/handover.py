"""Handing over: the prescriber on site, and the watch over a patient."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission
from clinic.ids import uuid7
from clinic.models import Staff
from clinic.pages import moments
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, offer
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import accept_watch, hand_over_prescriber, hand_over_watch
from monitoring.models import Event
from monitoring.models.on_site import observers_at, others_than, prescribers_at
from monitoring.web.lookup import open_session, require_here
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, confirmed


class PrescriberForm(RecordForm):
    saves = Event
    to = Tiles(label=gettext_lazy("Who takes over as prescriber on site"))
    at = ClockTime(label=gettext_lazy("When"))
    late_reason = WhyLate()


class WatchForm(RecordForm):
    saves = Event
    to = Tiles(label=gettext_lazy("Who watches the patient from now on"))


class AcceptForm(RecordForm):
    """The button alone; its id is made when it is sent, for one handover is accepted once."""

    id = forms.UUIDField(required=False)


def _chosen(form: forms.Form) -> UUID | None:
    return UUID(form.cleaned_data["to"]) if form.cleaned_data["to"] else None


@require_http_methods(["GET", "POST"])
@page(Permission.HAND_OVER)
def prescriber(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = PrescriberForm(request.POST or None)
    others = others_than(prescribers_at(session.site_id), session.prescriber_id)
    offer(form, "to", [(str(s.pk), s.printed_name) for s in others])

    def save() -> Event:
        return hand_over_prescriber(
            session_id,
            request.user,
            id=form.cleaned_data["id"],
            to_id=_chosen(form),
            at=form.cleaned_data["at"],
            confirmed_at=confirmed(form, "at"),
            late_reason=form.cleaned_data["late_reason"],
            sending=form.sending,
        )

    leaver = session.prescriber
    heading = _("%(name)s leaves the site") if leaver else _("Prescriber on site")
    around = SessionPage(
        session=session,
        heading=heading % {"name": leaver.printed_name} if leaver else heading,
        button=_("Save who takes over"),
        saved=_("Prescriber on site saved"),
    )
    return enter(request, form, around, save)


@require_http_methods(["GET", "POST"])
@page(Permission.HAND_OVER)
def watch(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = WatchForm(request.POST or None)
    others = others_than(observers_at(session.site_id), session.observer_id)
    offer(form, "to", [(str(s.pk), _name(s, request.user)) for s in others])

    def save() -> Event:
        id = form.cleaned_data["id"]
        return hand_over_watch(session_id, request.user, id=id, to_id=_chosen(form))

    watching = session.observer.printed_name if session.observer else _("no one recorded")
    around = SessionPage(
        session=session,
        heading=_("Hand over the watch"),
        button=_("Hand over"),
        saved=_("Handover saved"),
        template="handover/watch.html",
        context=lambda: {"watching": watching},
    )
    return enter(request, form, around, save)


def _name(person: Staff, own: Staff) -> str:
    return _("I take over myself") if person == own else person.printed_name


@require_POST
@page(Permission.HAND_OVER)
def accept(request: ClinicRequest, session_id: UUID, handover_id: UUID) -> HttpResponse:
    """One tap by the one it names, on the board or the session."""
    require_here(request, session_id)
    form = AcceptForm({})
    made = submit(
        form,
        lambda: accept_watch(session_id, request.user, id=uuid7(), handover_id=handover_id),
    )
    for error in form.non_field_errors():
        messages.error(request, str(error))
    if made is not None:
        words = _("You watch this patient since %(at)s.")
        messages.success(request, words % {"at": moments.clock(made.at)})
    return redirect("session", session_id)
