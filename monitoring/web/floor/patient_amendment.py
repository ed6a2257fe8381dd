"""Putting right what is kept of a patient."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.ids import uuid7
from clinic.models import Site
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, redirect_saved, render_form
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from clinic.signin.adapter import is_own
from monitoring.actions import amend_patient
from monitoring.models import Patient, PatientAmendment
from monitoring.web.floor.patients import CONFIRMS, PatientForm
from monitoring.web.lookup import log_read
from monitoring.words.banner import patient_banner
from monitoring.words.patient_amendments import ShownAmendment, patient_amendments


class AmendPatientForm(PatientForm):
    """What is known stands in the fields. `amended` is the number of amendments when it was shown:
    it tells whether someone amended meanwhile."""

    saves = PatientAmendment
    amended = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=300,
        label=gettext_lazy("Why this is changed"),
        help_text=gettext_lazy("such as: allergy reported today; the old value stays readable"),
    )

    def __init__(
        self, data: QueryDict | None, *, site: Site, patient: Patient, at: str = ""
    ) -> None:
        stands = {name: getattr(patient, name) for name in Patient.AMENDED}
        initial = {"id": uuid7(), "amended": patient.amended, **stands}
        super().__init__(data, site=site, initial=initial)
        if at in Patient.AMENDED:
            self.fields[at].widget.attrs["autofocus"] = True

    def layout(self) -> Layout:
        names, asks = [*Patient.AMENDED, "reason"], map(self.rendered, CONFIRMS)
        fields = Div(*map(self.rendered, names), css_class="grid-2")
        return Layout("id", "amended", *asks, fields)

    def take_in(self, patient: Patient) -> None:
        """Show what others changed meanwhile where this person changed nothing, so that saving
        again undoes none of it."""
        data = cast(QueryDict, self.data).copy()
        seen = self.cleaned_data.get("amended") or 0
        stood: dict[str, Any] = {}
        for later in patient.amendments.filter(number__gt=seen):
            stood = {**{name: old for name, (old, _new) in later.changes.items()}, **stood}
        for name, old in stood.items():
            if name in data and str(self.cleaned_data[name] or "") == (old or ""):
                data[name] = str(getattr(patient, name) or "")
        data["amended"] = str(patient.amended)
        self.data = data


@require_http_methods(["GET", "POST"])
@page(Permission.AMEND_PATIENT)
def amend(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    site = request.site
    patient = Patient.objects.at(site).filter(pk=patient_id).first()
    if patient is None:
        raise Http404
    log_read(request, "opened", [patient.pk])
    asked = request.GET.get("next", "")
    back = asked if is_own(request, asked) else reverse("patient", args=[patient_id])
    at = request.GET.get("at", "")
    form = AmendPatientForm(request.POST or None, site=request.site, patient=patient, at=at)
    if submit(form, lambda: _amend(request, form, patient)):
        return redirect_saved(request, _("Patient changed"), back)
    form.log_shown(request)
    meanwhile = _taken_in(form, patient) if form.is_conflict else []
    around = EntryPage(
        heading=_("Change the details of the patient"),
        button=_("Save the change"),
        back=back,
        template="patients/amend.html",
        area="patients",
        context=lambda: {"banner": patient_banner(patient), "meanwhile": meanwhile},
    )
    return render_form(request, form, around)


def _amend(
    request: ClinicRequest, form: AmendPatientForm, patient: Patient
) -> PatientAmendment | None:
    data = form.cleaned_data
    return amend_patient(
        patient.pk,
        request.user,
        id=data["id"],
        amended=data["amended"],
        values=form.values,
        reason=data["reason"],
        confirmed=form.confirmed,
    )


def _taken_in(form: AmendPatientForm, patient: Patient) -> list[ShownAmendment]:
    """What others changed since the form was shown, which it now holds."""
    seen = form.cleaned_data["amended"]
    patient.refresh_from_db()
    form.take_in(patient)
    return patient_amendments(patient)[: max(0, patient.amended - seen)]
