"""One device, or an infusion and its end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission
from clinic.models import Staff
from clinic.pages.amounts import Amount
from clinic.pages.dates import ExpiryField
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import end_infusion as end_infusion_verb
from monitoring.actions import give_dose
from monitoring.actions.give_dose import DoseGiven
from monitoring.models import Dose, DoseEnd, Patient, Session
from monitoring.models.dose import witnesses
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import before_dose
from monitoring.web.floor.next_step import Permissions
from monitoring.web.identity import compared
from monitoring.web.lookup import open_session
from monitoring.web.presenters.open_items import open_items
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, begins_window, confirmed

COMPLETE = (("yes", gettext_lazy("Complete")), ("no", gettext_lazy("In part")))


class DoseForm(RecordForm):
    repeats = True
    saves = Dose
    lot = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Lot number"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    expiry = ExpiryField(required=False, label=gettext_lazy("Expiry date"))
    started_at = ClockTime(label=gettext_lazy("Given at"))
    late_reason = WhyLate()
    is_complete = Tiles(label=gettext_lazy("How much was given"), choices=COMPLETE)
    partial_detail = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If in part: what was not given")
    )
    early_reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("If within 5 minutes of the last device: why"),
    )

    witness = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Witness"),
        help_text=gettext_lazy("where your site asks for one"),
    )

    def __init__(
        self,
        *args: Any,
        facts: SessionFacts,
        patient: Patient,
        colleagues: Iterable[Staff],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"identified_by": compared(patient), **self.fields}
        none = ("", _("No witness"))
        offer(self, "witness", [none, *((str(s.pk), s.printed_name) for s in colleagues)])
        if facts.protocol.is_infusion:
            for name in ("is_complete", "partial_detail", "early_reason"):
                del self.fields[name]
            self.fields["started_at"].label = _("Started at")
            return
        begins_window(self, "started_at", facts.protocol)
        if not facts.doses:
            del self.fields["early_reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("lot", "").strip():
            self.add_error("lot", _("Enter the lot number printed on the device."))
        if not data.get("expiry") and "expiry" not in self.errors:
            self.add_error("expiry", _("Enter the expiry date printed on the device."))
        return data


class InfusionEndForm(RecordForm):
    saves = DoseEnd
    ended_at = ClockTime(label=gettext_lazy("Ended at"))
    late_reason = WhyLate()
    mg = Amount(label=gettext_lazy("Given (mg)"))
    is_complete = Tiles(label=gettext_lazy("How much was given"), choices=COMPLETE)
    partial_detail = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If in part: what was not given")
    )


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def give(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    colleagues = witnesses(session.site_id, request.user)
    form = DoseForm(
        request.POST or None, facts=facts, patient=session.patient, colleagues=colleagues
    )

    def save() -> Dose:
        data = form.cleaned_data
        return give_dose(
            session_id,
            request.user,
            id=data["id"],
            sending=form.sending,
            dose=DoseGiven(
                lot=data["lot"],
                expiry=data["expiry"],
                started_at=data["started_at"],
                confirmed_at=confirmed(form, "started_at"),
                is_complete={"yes": True, "no": False}.get(data.get("is_complete", "")),
                partial_detail=data.get("partial_detail", ""),
                early_reason=data.get("early_reason", ""),
                late_reason=data["late_reason"],
                identified_by=data["identified_by"],
                witness_id=UUID(data["witness"]) if data["witness"] else None,
            ),
        )

    around = SessionPage(
        session=session,
        heading=_heading(facts),
        button=_("Save dose"),
        saved=_heading(facts, saved=True),
        template="dose/dose.html",
        context=lambda: _context(request, session, facts),
    )
    return enter(request, form, around, save)


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def end_infusion(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = InfusionEndForm(request.POST or None)
    begins_window(form, "ended_at", session.facts().protocol)

    def save() -> DoseEnd:
        data = form.cleaned_data
        return end_infusion_verb(
            session_id,
            request.user,
            id=data["id"],
            sending=form.sending,
            ended_at=data["ended_at"],
            confirmed_at=confirmed(form, "ended_at"),
            mg=data["mg"],
            is_complete=data["is_complete"] == "yes",
            partial_detail=data["partial_detail"],
            late_reason=data["late_reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("End of the infusion"),
        button=_("Save the end"),
        saved=_("End of the infusion saved"),
    )
    return enter(request, form, around, save)


def _heading(facts: SessionFacts, *, saved: bool = False) -> str:
    if facts.protocol.is_infusion:
        return _("Start of the infusion saved") if saved else _("Start of the infusion")
    params = {
        "number": len(facts.doses) + 1,
        "total": facts.protocol.devices(facts.planned_mg),
        "mg": facts.protocol.device_mg,
    }
    words = (
        _("Device %(number)s saved") if saved else _("Device %(number)s of %(total)s, %(mg)s mg")
    )
    return words % params


def _context(request: ClinicRequest, session: Session, facts: SessionFacts) -> dict[str, object]:
    now = clock.now()
    items = before_dose(facts, now) if not facts.doses else []
    permissions: Permissions = request.permissions
    last = max((d.started_at for d in facts.doses), default=None)
    rest = timedelta(minutes=facts.protocol.rest_between_devices_minutes)
    return {
        "items": open_items(session, items, permissions),
        "rest_ends_at": last + rest if last and now < last + rest else None,
        "nothing_open": facts.doses and not facts.devices_open,
    }
