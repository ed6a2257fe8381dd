"""Planning a session for a patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from crispy_forms.layout import Div, Fieldset, Layout, LayoutObject
from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission
from clinic.ids import uuid7
from clinic.message import Message
from clinic.models import Site
from clinic.pages import moments
from clinic.pages.addresses import reverse
from clinic.pages.amounts import Amount
from clinic.pages.dates import DayField
from clinic.pages.entry_page import EntryPage, redirect_saved, render_form
from clinic.pages.fields import Tiles, WholeNumber, YesNo
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import plan_session
from monitoring.actions.infusion_order import ByWeight
from monitoring.actions.plan_session import Plan
from monitoring.models import Order, Patient, ProtocolVersion, Session
from monitoring.models.history import dosed_sessions
from monitoring.reports.treatment import last_dosed
from monitoring.rules.doses import ordered_mg
from monitoring.web.lookup import log_read
from monitoring.web.presenters.open_items import OpenItem, missing_for_rems
from monitoring.web.record_page import RecordForm
from monitoring.web.times import TimeOfDay
from monitoring.words.banner import patient_banner

BY_WEIGHT = tuple(field.name for field in fields(ByWeight))
_OF_THE_DRUG = {"protocol_version", "total", "planned_mg", *BY_WEIGHT}
LATEST = 5
"""How many earlier doses are named beside a plan."""


class PlanForm(RecordForm):
    saves = Session
    near = Tiles(label=gettext_lazy("Date"), tiles_class="tiles-scale")
    day = DayField(
        required=False,
        label=gettext_lazy("Another date"),
        help_text=gettext_lazy("such as 30-Nov-2026 or 20261130"),
    )
    time = TimeOfDay(label=gettext_lazy("Time"), help_text=gettext_lazy("such as 09:30"))
    protocol_version = Tiles(label=gettext_lazy("Protocol"), tiles_class="tiles-scale")
    total = Tiles(label=gettext_lazy("Total dose"))
    planned_mg = Amount(
        required=False,
        label=gettext_lazy("Total dose in mg"),
        example="36.5",
    )
    weight_kg = Amount(required=False, label=gettext_lazy("Weight (kg)"), unit="kg", example="72.5")
    mg_per_kg = Amount(
        required=False,
        label=gettext_lazy("mg/kg"),
        unit="mg/kg",
        example="0.5",
        decimals=2,
    )
    concentration = Amount(
        required=False,
        label=gettext_lazy("Concentration (mg/mL)"),
        unit="mg/mL",
        example="2",
    )
    infusion_minutes = WholeNumber(
        label=gettext_lazy("Planned duration (min)"), unit="min", example="40"
    )
    beyond_reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("If beyond the protocol: why"),
    )
    indication = Tiles(label=gettext_lazy("Indication"), choices=Session.Indication.choices)
    is_first_treatment = YesNo(
        label=gettext_lazy("First treatment ever"),
        help_text=gettext_lazy("the record knows of the sessions at this site alone"),
    )
    treatment_phase = Tiles(
        label=gettext_lazy("Phase of treatment"),
        tiles_class="tiles-scale",
        choices=Order.TreatmentPhase.choices,
    )
    planned_reason = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("Why this dose")
    )
    room = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("Room or chair, such as Chair 3")
    )

    def __init__(self, *args: Any, site: Site, is_treated: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_treated:
            del self.fields["is_first_treatment"]
        today = timezone.localtime(clock.now()).date()
        named = ((_("Today"), today), (_("Tomorrow"), today + timedelta(days=1)))
        _offer(self, "near", [(f"{d}", f"{words}, {moments.day(d)}") for words, d in named])
        self.versions = list(ProtocolVersion.objects.filter(sites__site=site))
        protocols = [v.protocol() for v in self.versions]
        totals = sorted({mg for p in protocols for mg in p.allowed_totals_mg})
        _offer(self, "protocol_version", [(str(v.pk), v.title) for v in self.versions])
        _offer(self, "total", [(str(mg), f"{mg} mg") for mg in totals])
        if not totals:
            del self.fields["total"]
        if all(p.allowed_totals_mg for p in protocols):
            del self.fields["planned_mg"]
        if not any(p.is_infusion for p in protocols):
            for name in BY_WEIGHT:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("protocol_version", "indication", "is_first_treatment"):
            if name in self.fields and data.get(name) in {None, ""} and name not in self.errors:
                self.add_error(name, _("Answer this question."))
        days = [day for day in (data.get("near"), data.get("day")) if day]
        if len(days) == 1:
            data["on"] = date.fromisoformat(str(days[0]))
        elif not self.errors.keys() & {"near", "day"}:
            words = _("Choose one date, not two.") if days else _("Choose the date.")
            self.add_error("day" if days else "near", words)
        given = [n for n in ("total", "planned_mg") if data.get(n)]
        if len(given) == 1:
            data["mg"] = Decimal(data[given[0]])
        elif not self.errors.keys() & {"total", "planned_mg"}:
            words = _("Enter one total, not two.") if given else _("Choose the total dose.")
            self.add_error(*(self._by_weight(data) if not given else (self.dose_field, words)))
        return data

    def _by_weight(self, data: dict[str, Any]) -> tuple[str, str]:
        """What the total of an infusion is, where it was left empty: who orders enters it."""
        weight, each = data.get("weight_kg"), data.get("mg_per_kg")
        if not (weight and each):
            return self.dose_field, _("Choose the total dose.")
        params = {"weight": weight, "each": each, "total": ordered_mg(weight, each)}
        return "planned_mg", self.sentence(Message("total_by_weight", params))

    def layout(self) -> Layout:
        rest = [n for n in self.fields if n not in {"id", "near", "day", "time", *_OF_THE_DRUG}]
        when = Div(self.rendered("day"), self.rendered("time"), css_class="grid-2")
        return Layout(
            "id",
            self.rendered("near"),
            when,
            self.rendered("protocol_version"),
            *self._amounts(),
            *map(self.rendered, rest),
        )

    def _amounts(self) -> Iterator[LayoutObject]:
        """What is asked of one drug alone: with a script only once that drug is chosen."""
        if "total" in self.fields:
            listed = [v for v in self.versions if v.protocol().allowed_totals_mg]
            yield Div(self.rendered("total"), **_only_with(listed))
        infused = [n for n in BY_WEIGHT if n in self.fields]
        typed = [self.rendered("planned_mg")] if "planned_mg" in self.fields else []
        if infused:
            asked = Div(*map(self.rendered, infused), *typed, css_class="grid-2")
            versions = [v for v in self.versions if v.protocol().is_infusion]
            legend = _("Only for an infusion")
            yield Fieldset(legend, asked, css_class="group", **_only_with(versions))
        else:
            yield from typed

    def field_of(self, message: Message) -> str | None:
        """The total is chosen or typed: what is said of it belongs to the one that is shown."""
        if message.field == "reason":
            return "planned_reason"
        if message.code == "total_by_weight":
            return "planned_mg"
        return self.dose_field if message.field == "planned_mg" else super().field_of(message)

    @property
    def dose_field(self) -> str:
        """Where the total of the chosen protocol is entered."""
        chosen = self.data.get("protocol_version")
        typed = {str(v.pk) for v in self.versions if not v.protocol().allowed_totals_mg}
        return "planned_mg" if chosen in typed or "total" not in self.fields else "total"

    def planned_for(self) -> datetime:
        local = datetime.combine(self.cleaned_data["on"], self.cleaned_data["time"])
        return timezone.make_aware(local).astimezone(clock.now().tzinfo)


@require_http_methods(["GET", "POST"])
@page(Permission.PLAN_SESSION)
def plan(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    site = request.site
    patient = Patient.objects.at(site).filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    log_read(request, "opened", [patient.pk])
    dosed = list(dosed_sessions(patient)[:LATEST])
    form = PlanForm(request.POST or None, site=site, is_treated=bool(dosed))
    orders = Permission.ORDER_DOSE in request.permissions
    if made := submit(form, lambda: _plan(request, form, patient_id, orders=orders)):
        words = _("Session planned and ordered") if orders else _("Session planned")
        return redirect_saved(request, words, "session", made.pk)
    around = EntryPage(
        heading=_("Plan a session"),
        button=_("Save plan and order") if orders else _("Save plan"),
        back=reverse("patient", args=[patient_id]),
        template="planning/plan.html",
        area="patients",
        context=lambda: {
            "banner": patient_banner(patient),
            "items": _missing_for_rems(request, form, patient),
            "last": last_dosed(patient),
            "dosed": dosed,
        },
    )
    return render_form(request, form, around)


def _missing_for_rems(request: ClinicRequest, form: PlanForm, patient: Patient) -> list[OpenItem]:
    """What REMS asks for before a dose, where a protocol of the site is under it."""
    if not any(version.protocol().rems for version in form.versions):
        return []
    return missing_for_rems(patient, request.site, request.path, request.permissions)


def _plan(request: ClinicRequest, form: PlanForm, patient_id: UUID, *, orders: bool) -> Session:
    """A clinician orders what is planned in the same step."""
    data = form.cleaned_data
    return plan_session(
        request.user,
        id=data["id"],
        patient_id=patient_id,
        order_id=uuid7() if orders else None,
        plan=Plan(
            protocol_version_id=UUID(data["protocol_version"]),
            planned_for=form.planned_for(),
            planned_mg=data["mg"],
            indication=data["indication"],
            is_first_treatment=data.get("is_first_treatment"),
            room=data["room"],
            treatment_phase=data["treatment_phase"],
            planned_reason=data["planned_reason"],
            infusion=ByWeight(**{n: data[n] for n in BY_WEIGHT if n in data}),
        ),
    )


def _only_with(versions: list[ProtocolVersion]) -> dict[str, str]:
    """The attributes by which the page shows a group of fields with these protocols alone."""
    return {
        "data_only_with": "protocol_version",
        "data_values": " ".join(str(version.pk) for version in versions),
    }


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = choices
