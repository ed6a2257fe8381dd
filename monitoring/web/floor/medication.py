"""A medication given beside the dose of the session."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.validators import DecimalValidator
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, WholeNumber, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import record_medication
from monitoring.actions.record_medication import MedicationGiven
from monitoring.models import Event
from monitoring.models.on_site import prescribers_at
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, confirmed

PLACES, DIGITS = 3, 9


class Amount(WholeNumber):
    """A number as the column keeps it: "0.5" or "0,5"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(example="0.5", **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def number(self, text: str) -> Decimal:
        try:
            check = DecimalValidator(DIGITS, PLACES)
            found = Decimal(text.replace(",", ".")) if text.isascii() else Decimal("NaN")
            check(found)
        except (InvalidOperation, forms.ValidationError):
            words = _("Enter a number such as %(example)s.") % {"example": self.example}
            raise forms.ValidationError(words) from None
        return found


class MedicationForm(RecordForm):
    repeats = True
    saves = Event
    drug = forms.CharField(required=False, max_length=120, label=gettext_lazy("Drug"))
    amount = Amount(label=gettext_lazy("Dose"))
    unit = Tiles(label=gettext_lazy("Unit"), choices=Event.Unit.choices)
    route = Tiles(label=gettext_lazy("Route"), choices=Event.Route.choices)
    ordered_by = Tiles(label=gettext_lazy("Who ordered it"))
    ordered_other = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Someone else")
    )
    detail = forms.CharField(required=False, max_length=1000, label=gettext_lazy("What it is for"))
    at = ClockTime(label=gettext_lazy("Given at"))
    late_reason = WhyLate()

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "ordered_by", [(n, n) for n in names])

    def layout(self) -> Layout:
        return Layout(
            "id",
            Div("drug", "amount", css_class="grid-2"),
            *map(self.rendered, ("unit", "route", "ordered_by")),
            Div("ordered_other", "detail", css_class="grid-2"),
            *map(self.rendered, ("at", "late_reason")),
        )

    def clean(self) -> dict[str, Any]:
        """One person ordered it: the one who was tapped, or the one who was typed."""
        data = super().clean() or {}
        if other := data.get("ordered_other", "").strip():
            if data.get("ordered_by"):
                self.add_error("ordered_other", _("One person ordered it. Remove one of the two."))
            data["ordered_by"] = other
        return data


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    names = [s.printed_name for s in prescribers_at(request.site.pk)]
    form = MedicationForm(request.POST or None, names=names)

    def save() -> Event:
        data = form.cleaned_data
        return record_medication(
            session_id,
            request.user,
            id=data["id"],
            sending=form.sending,
            medication=MedicationGiven(
                drug=data["drug"],
                amount=data["amount"],
                unit=data["unit"],
                route=data["route"],
                ordered_by=data["ordered_by"],
                detail=data["detail"],
                at=data["at"],
                confirmed_at=confirmed(form, "at"),
                late_reason=data["late_reason"],
            ),
        )

    around = SessionPage(
        session=session,
        heading=_("Medication given"),
        button=_("Save medication"),
        saved=_("Medication saved"),
    )
    return enter(request, form, around, save)
