"""A prescriber orders the dose: as it was planned with one tap, or otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.message import Message
from clinic.pages.amounts import Amount
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import order_dose
from monitoring.actions.order_dose import Ordering
from monitoring.models import Order, Session
from monitoring.reports.treatment import last_dosed
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.words.timeline import milligrams


class OrderForm(RecordForm):
    """`as_planned` is the one tap; `replaces` names the order that was shown."""

    saves = Order
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)
    as_planned = forms.CharField(required=False, widget=forms.HiddenInput)
    total = Tiles(label=gettext_lazy("Total dose"))
    mg = Amount(required=False, label=gettext_lazy("Total dose in mg"), example="36.5")
    treatment_phase = Tiles(
        label=gettext_lazy("Phase of treatment"),
        tiles_class="tiles-scale",
        choices=Order.TreatmentPhase.choices,
    )
    reason = forms.CharField(required=False, max_length=300, label=gettext_lazy("Why this dose"))
    beyond_reason = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("If beyond the protocol: why")
    )

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        totals = session.protocol_version.protocol().allowed_totals_mg
        del self.fields["mg" if totals else "total"]
        if not session.protocol_version.protocol().is_infusion:
            del self.fields["beyond_reason"]
        self.amount = "total" if totals else "mg"
        if totals:
            offer(self, "total", [(str(mg), f"{mg} mg") for mg in totals])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_chosen = data.get(self.amount) or self.amount in self.errors
        if not (data.get("as_planned") or is_chosen):
            self.add_error(self.amount, _("Choose the total dose."))
        return data

    def field_of(self, message: Message) -> str | None:
        return self.amount if message.field == "planned_mg" else super().field_of(message)

    def ordering(self) -> Ordering:
        """What the form orders, once it is valid."""
        data = self.cleaned_data
        if data["as_planned"]:
            return as_planned(self.session)
        return Ordering(
            mg=Decimal(data[self.amount]),
            treatment_phase=data["treatment_phase"],
            reason=data["reason"],
            beyond_reason=data.get("beyond_reason", ""),
        )


def as_planned(session: Session) -> Ordering:
    return Ordering(
        mg=session.planned_mg,
        treatment_phase=session.treatment_phase,
        reason=session.planned_reason,
    )


@require_http_methods(["GET", "POST"])
@page(Permission.ORDER_DOSE)
def order(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    orders = session.rows.standing(Order)
    form = OrderForm(request.POST or None, session=session)
    form.initial["replaces"] = orders[-1].pk if orders else None

    def save() -> Order:
        return order_dose(
            session_id,
            request.user,
            id=form.cleaned_data["id"],
            replaces_id=form.cleaned_data["replaces"],
            ordering=form.ordering(),
        )

    is_planned_whole = bool(session.treatment_phase and session.planned_reason)
    can_confirm = not orders and is_planned_whole
    around = SessionPage(
        session=session,
        heading=_("Order the dose") if not orders else _("Change the order"),
        button=_("Save this order"),
        saved=_("Order saved"),
        template="order/order.html",
        context=lambda: {
            "ordered": orders[-1] if orders else None,
            "can_confirm": can_confirm,
            "is_second": can_confirm,
            "planned_mg": milligrams(session.planned_mg),
            "planned_phase": phase_name(session.treatment_phase),
            "last": last_dosed(session.patient),
        },
    )
    return enter(request, form, around, save)


def phase_name(code: str) -> str:
    """Words for a phase of treatment; empty where none was said."""
    return str(Order.TreatmentPhase(code).label) if code else ""
