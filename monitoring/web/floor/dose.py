"""One device, or a part of an infusion and its end."""

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
from clinic.message import Message
from clinic.models import Site, Staff
from clinic.pages import moments
from clinic.pages.amounts import Amount
from clinic.pages.dates import ExpiryField
from clinic.pages.entry_page import enter
from clinic.pages.fields import ManyTiles, Tiles, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.shift import open_at
from monitoring.actions import end_infusion as end_infusion_verb
from monitoring.actions import give_dose
from monitoring.actions.give_dose import DoseGiven
from monitoring.models import Dose, DoseEnd, Patient, Session
from monitoring.models.dose import witnesses
from monitoring.models.on_site import before_device
from monitoring.rules.doses import may_give_more
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import before_dose
from monitoring.web.floor.next_step import Permissions
from monitoring.web.identity import compared
from monitoring.web.lookup import open_session
from monitoring.web.presenters.open_items import open_items
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, begins_window, confirmed
from monitoring.words.given import given, milligrams, ordered

SPRAYED = (
    ("2", gettext_lazy("Both sprays: no dot left")),
    ("1", gettext_lazy("One spray: one dot left")),
    ("0", gettext_lazy("None: the device failed")),
)
ENDED = (
    ("complete", gettext_lazy("Ended: all given")),
    ("partial", gettext_lazy("Ended early")),
    ("paused", gettext_lazy("Paused, to be resumed")),
)


class DoseForm(RecordForm):
    repeats = True
    saves = Dose
    same_lot = ManyTiles(label=gettext_lazy("Lot and expiry"))
    lot = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Lot number"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    expiry = ExpiryField(required=False, label=gettext_lazy("Expiry date"))
    started_at = ClockTime(label=gettext_lazy("Given at"))
    late_reason = WhyLate()
    sprays = Tiles(label=gettext_lazy("How much was given, by the green dots"), choices=SPRAYED)
    partial_detail = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If less was given: what happened")
    )
    complaint = forms.CharField(
        required=False,
        max_length=80,
        label=gettext_lazy("If the device failed: number of the product complaint, if known"),
    )
    rate = Amount(
        required=False, label=gettext_lazy("Rate (mL/h)"), unit="mL/h", example="27", help_text=""
    )
    early_reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("If within 5 minutes of the last device: why"),
    )
    witness = forms.ChoiceField(required=False, label=gettext_lazy("Witness"))

    def __init__(
        self,
        *args: Any,
        facts: SessionFacts,
        patient: Patient,
        last: Dose | None,
        colleagues: Iterable[Staff],
        asks_witness: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"identified_by": compared(patient), **self.fields}
        self.last = last
        self._offer_lot(last, is_infusion=facts.protocol.is_infusion)
        if asks_witness:
            none = ("", _("Choose who witnesses"))
            offer(self, "witness", [none, *((str(s.pk), s.printed_name) for s in colleagues)])
        else:
            del self.fields["witness"]
        if facts.protocol.is_infusion:
            for name in ("sprays", "partial_detail", "complaint", "early_reason"):
                del self.fields[name]
            again = _("Resumed at") if facts.doses else _("Started at")
            self.fields["started_at"].label = again
            return
        del self.fields["rate"]
        begins_window(self, "started_at", facts.protocol)
        if not facts.doses:
            del self.fields["early_reason"]

    def _offer_lot(self, last: Dose | None, *, is_infusion: bool) -> None:
        """One tap takes the lot and the expiry of what was given last; nothing is filled in."""
        if last is None:
            del self.fields["same_lot"]
            return
        params = {"number": last.number, "lot": last.lot, "expiry": moments.day(last.expiry)}
        words = (
            _("Same lot as before: %(lot)s, expiry %(expiry)s")
            if is_infusion
            else _("Same lot as device %(number)s: %(lot)s, expiry %(expiry)s")
        )
        offer(self, "same_lot", [(str(last.pk), words % params)])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        typed = {name: data.get(name) for name in ("lot", "expiry")}
        if self.last and data.get("same_lot"):
            own = {"lot": self.last.lot, "expiry": self.last.expiry}
            for name, value in typed.items():
                if value and value != own[name]:
                    self.add_error(name, _("“Same lot” is tapped above. Clear this, or untap it."))
            return data | own
        if not (data.get("lot") or "").strip() and "lot" not in self.errors:
            self.add_error("lot", _("Enter the lot number printed on the device."))
        if not data.get("expiry") and "expiry" not in self.errors:
            self.add_error("expiry", _("Enter the expiry date printed on the device."))
        return data

    def field_of(self, message: Message) -> str | None:
        """What is wrong with a lot that was taken over is said at its tile."""
        if message.field == "expiry" and self.cleaned_data.get("same_lot"):
            return "same_lot"
        return super().field_of(message)


class InfusionEndForm(RecordForm):
    saves = DoseEnd
    kind = Tiles(label=gettext_lazy("The infusion has"), choices=ENDED)
    ended_at = ClockTime(label=gettext_lazy("Ended or paused at"))
    late_reason = WhyLate()
    mg = Amount(label=gettext_lazy("Given (mg)"))
    partial_detail = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If paused or ended early: why")
    )

    def clean_kind(self) -> str:
        if not self.cleaned_data["kind"]:
            raise forms.ValidationError(_("Answer this question."))
        return str(self.cleaned_data["kind"])


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def give(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    form = DoseForm(
        request.POST or None,
        facts=facts,
        patient=session.patient,
        last=next(iter(reversed(session.rows.standing(Dose))), None),
        colleagues=_colleagues(session.site, request.user),
        asks_witness=session.site.asks_witness,
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
                sprays=int(data["sprays"]) if data.get("sprays") else None,
                partial_detail=data.get("partial_detail", ""),
                complaint=data.get("complaint", ""),
                rate=data.get("rate"),
                early_reason=data.get("early_reason", ""),
                late_reason=data["late_reason"],
                identified_by=data["identified_by"],
                witness_id=UUID(data["witness"]) if data.get("witness") else None,
            ),
        )

    around = SessionPage(
        session=session,
        heading=_heading(facts),
        button=_("Save start") if facts.protocol.is_infusion else _("Save dose"),
        saved=_heading(facts, saved=True),
        template="dose/dose.html",
        context=lambda: _context(request, session, facts),
    )
    return enter(request, form, around, save)


@require_http_methods(["GET", "POST"])
@page(Permission.GIVE_DOSE)
def end_infusion(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    form = InfusionEndForm(request.POST or None)
    begins_window(form, "ended_at", facts.protocol)
    form.fields["mg"].help_text = _part_words(facts)

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
            is_complete=data["kind"] == "complete",
            is_paused=data["kind"] == "paused",
            partial_detail=data["partial_detail"],
            late_reason=data["late_reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("End or pause of the infusion"),
        button=_("Save"),
        saved=_("End or pause of the infusion saved"),
    )
    return enter(request, form, around, save)


def _colleagues(site: Site, by: Staff) -> list[Staff]:
    """Who may witness, those on shift alone where there are any."""
    found = list(witnesses(site, by)) if site.asks_witness else []
    on_shift = {shift.staff_id for shift in open_at(site)} if found else set()
    return [one for one in found if one.pk in on_shift] or found


def _part_words(facts: SessionFacts) -> str:
    """What was given before, where the part that runs is not the first."""
    if not facts.given_mg:
        return ""
    params = {"at": moments.clock(facts.doses[-1].started_at), "mg": milligrams(facts.given_mg)}
    return _("since %(at)s; %(mg)s were given before") % params


def _heading(facts: SessionFacts, *, saved: bool = False) -> str:
    if facts.protocol.is_infusion:
        if facts.doses:
            return _("Infusion resumed") if saved else _("Resume the infusion")
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
    if facts.admission is not None:
        items = [*before_device(session), *items]
    permissions: Permissions = request.permissions
    last = max((d.started_at for d in facts.doses), default=None)
    rest = timedelta(minutes=facts.protocol.rest_between_devices_minutes)
    return {
        "items": open_items(session, items, permissions),
        "rest_ends_at": last + rest if last and now < last + rest else None,
        "nothing_open": bool(facts.doses) and not may_give_more(facts),
        "is_infusion": facts.protocol.is_infusion,
        "given": given(facts),
        "planned": ordered(facts),
        "failed": facts.failed,
    }
