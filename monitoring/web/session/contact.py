"""The minutes that one spent directly with a patient, and what was entered of them in error."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.fields import Confirm, WholeNumber
from clinic.pages.protect import page
from clinic.refusal import Refused
from clinic.request import ClinicRequest
from monitoring.actions import record_staff_contact, strike_staff_contact
from monitoring.actions.record_staff_contact import ContactEntry
from monitoring.models import Session, StaffContact, StaffContactStrike
from monitoring.reports.minutes import ContactLine, contacts
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, NeededTime, WhyLate, confirmed


class ContactForm(RecordForm):
    saves = StaffContact
    started_at = NeededTime(label=gettext_lazy("From"), empty_words=gettext_lazy("needed"))
    ended_at = ClockTime(label=gettext_lazy("To"))
    patients_at_once = WholeNumber(
        label=gettext_lazy("Patients at once"),
        example="1",
        help_text=gettext_lazy("this one included; 1 while you were with this patient alone"),
    )
    confirmed_number = Confirm(label=gettext_lazy("Yes, the number is right"))
    late_reason = WhyLate()

    def layout(self) -> Layout:
        shown = self.rendered
        return Layout(
            "id",
            Div(shown("started_at"), shown("ended_at"), css_class="grid-2"),
            *map(shown, ("patients_at_once", "confirmed_number", "late_reason")),
        )

    def clean(self) -> dict[str, Any]:
        """A tick counts for the number that it was given for, and stays while that does."""
        data = super().clean() or {}
        number = data.get("patients_at_once")
        is_meant = number is not None and data.get("confirmed_number") == str(number)
        data["confirmed_number"] = number if is_meant else None
        self._ask(number if is_meant else None)
        return data

    def take_refusal(self, refused: Refused) -> None:
        super().take_refusal(refused)
        for message in refused.messages:
            if message.code == "many_at_once":
                self._ask(message.params["count"])

    def _ask(self, number: object) -> None:
        field = self.fields["confirmed_number"]
        if isinstance(field, Confirm):
            field.answer = "" if number is None else str(number)


class StrikeForm(RecordForm):
    saves = StaffContactStrike
    reason = forms.CharField(required=False, max_length=300, label=gettext_lazy("What was wrong"))


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_STAFF_CONTACT)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = ContactForm(request.POST or None)

    def save() -> StaffContact:
        data = {n: v for n, v in form.cleaned_data.items() if n != "id"}
        contact = ContactEntry(confirmed_at=confirmed(form, "ended_at"), **data)
        return record_staff_contact(
            session_id,
            request.user,
            id=form.cleaned_data["id"],
            contact=contact,
            sending=form.sending,
        )

    around = SessionPage(
        session=session,
        heading=_("Staff contact"),
        button=_("Save contact"),
        saved=_("Contact saved"),
        template="minutes/contact.html",
        context=lambda: {"contacts": contacts(session)[0], "strikable": _strikable(request)},
    )
    return enter(request, form, around, save)


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_STAFF_CONTACT)
def strike(request: ClinicRequest, session_id: UUID, contact_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    line = _found(session, contact_id)
    form = StrikeForm(request.POST or None)

    def save() -> StaffContactStrike:
        data = form.cleaned_data
        return strike_staff_contact(
            session_id, request.user, id=data["id"], contact_id=contact_id, reason=data["reason"]
        )

    around = SessionPage(
        session=session,
        heading=_("Entered in error"),
        button=_("Mark as entered in error"),
        saved=_("Marked as entered in error"),
        back=reverse("contact-minutes", args=[session_id]),
        template="minutes/strike.html",
        context=lambda: {"line": line},
    )
    return enter(request, form, around, save)


def _found(session: Session, contact_id: UUID) -> ContactLine:
    for line in contacts(session)[0]:
        if line.row.pk == contact_id:
            return line
    raise Http404


def _strikable(request: ClinicRequest) -> str:
    """Whose contacts this person may strike: one's own, or, as a clinician, each."""
    return "all" if Permission.CONFIRM_STRIKE in request.permissions else "own"
