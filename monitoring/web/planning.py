"""Planning a session for a patient."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission, page
from clinic.models import Site
from monitoring.actions import plan_session
from monitoring.models import Patient, ProtocolVersion, Session
from monitoring.web.entry_page import EntryForm, act, saved, show
from monitoring.web.fields import Tiles, YesNo
from monitoring.web.lookup import site_of, staff_of
from monitoring.web.presenters.banner import patient_banner


class PlanForm(EntryForm):
    day = forms.DateField(
        label=gettext_lazy("Date"),
        help_text=gettext_lazy("such as 2026-11-30"),
        error_messages={"invalid": gettext_lazy("Enter a date, such as 2026-11-30.")},
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        help_text=gettext_lazy("such as 09:30"),
        error_messages={"invalid": gettext_lazy("Enter a time of day, such as 09:30.")},
    )
    protocol_version = forms.ChoiceField(label=gettext_lazy("Protocol"))
    planned_mg = forms.DecimalField(
        label=gettext_lazy("Total dose (mg)"),
        max_digits=6,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    indication = Tiles(label=gettext_lazy("Indication"), choices=Session.Indication.choices)
    is_first_treatment = YesNo(label=gettext_lazy("First treatment ever"))
    place = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("Place, such as Chair 3")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = ProtocolVersion.objects.filter(sites__site=site)
        self.versions = list(versions)
        choices = [("", _("Choose")), *((str(v.pk), self._described(v)) for v in self.versions)]
        self.fields["protocol_version"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def _described(version: ProtocolVersion) -> str:
        totals = ", ".join(map(str, version.protocol().allowed_totals_mg))
        return f"{version.title} ({totals} mg)" if totals else version.title

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("indication", "is_first_treatment"):
            if data.get(name) in {None, ""} and name not in self.errors:
                self.add_error(name, _("Answer this question."))
        return data

    def planned_for(self) -> datetime:
        local = datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        return timezone.make_aware(local).astimezone(clock.now().tzinfo)


@require_http_methods(["GET", "POST"])
@page(Permission.PLAN_SESSION)
def plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    site = site_of(request)
    patient = Patient.objects.at(site).filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    form = PlanForm(request.POST or None, site=site)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        made, _theirs = act(
            form,
            lambda: plan_session(
                staff_of(request),
                id=data["id"],
                patient_id=patient_id,
                protocol_version_id=UUID(data["protocol_version"]),
                planned_for=form.planned_for(),
                planned_mg=data["planned_mg"],
                indication=data["indication"],
                is_first_treatment=data["is_first_treatment"],
                place=data["place"],
            ),
        )
        if made:
            return saved(request, _("Session planned"), "session", made.pk)
    context = {
        "banner": patient_banner(patient),
        "heading": _("Plan a session"),
        "submit": _("Save plan"),
        "back": reverse("patient", args=[patient_id]),
        "area": "patients",
    }
    return show(request, "form_page.html", form, context)
