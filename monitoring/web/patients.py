"""Patients of a site, and one patient's course of sessions."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission, page
from monitoring.actions import register_patient as register_patient_verb
from monitoring.models import Patient, Session
from monitoring.web.entry_page import EntryForm, act, saved, show
from monitoring.web.lookup import site_of, staff_of
from monitoring.web.presenters.banner import patient_banner

PAGE_SIZE = 50


class PatientForm(EntryForm):
    mrn = forms.CharField(max_length=40, label=gettext_lazy("MRN"))
    family_name = forms.CharField(max_length=120, label=gettext_lazy("Family name"))
    given_name = forms.CharField(max_length=120, label=gettext_lazy("Given name"))
    date_of_birth = forms.DateField(
        label=gettext_lazy("Date of birth"),
        help_text=gettext_lazy("such as 1958-07-14"),
        error_messages={"invalid": gettext_lazy("Enter a date, such as 1958-07-14.")},
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"), choices=[("", gettext_lazy("Choose")), *Patient.Sex.choices]
    )
    allergies = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Allergies"),
        help_text=gettext_lazy("empty means not known; write “None known” when asked"),
    )
    cautions = forms.CharField(
        required=False, max_length=300, label=gettext_lazy("Standing cautions")
    )
    rems_enrolled_on = forms.DateField(
        required=False,
        label=gettext_lazy("REMS enrolment date"),
        help_text=gettext_lazy("such as 2026-01-31; empty while not enrolled"),
        error_messages={"invalid": gettext_lazy("Enter a date, such as 2026-01-31.")},
    )


@require_safe
@page(Permission.VIEW_PATIENT)
def patient_list(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    found = Patient.objects.at(site_of(request)).matching(words)
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"patients": shown, "words": words, "area": "patients"}
    return render(request, "patients/list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.REGISTER_PATIENT)
def register_patient(request: HttpRequest) -> HttpResponse:
    form = PatientForm(request.POST or None)
    if form.is_bound and form.is_valid():
        made, _theirs = act(
            form,
            lambda: register_patient_verb(site_of(request), staff_of(request), **form.cleaned_data),
        )
        if made:
            return saved(request, _("Patient registered"), "patient", made.pk)
    context = {
        "heading": _("Register a patient"),
        "submit": _("Register"),
        "back": reverse("patient-list"),
        "area": "patients",
    }
    return show(request, "form_page.html", form, context)


@require_safe
@page(Permission.VIEW_PATIENT)
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    found = Patient.objects.at(site_of(request)).filter(pk=patient_id).first()
    if found is None:
        raise Http404
    sessions = Session.objects.filter(patient=found).select_related(
        "protocol_version", "prescriber"
    )
    shown = Paginator(sessions, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "patient": found,
        "banner": patient_banner(found),
        "sessions": shown,
        "area": "patients",
    }
    return render(request, "patients/patient.html", context)
