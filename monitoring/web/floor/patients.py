"""Patients of a site, and one patient's course of treatment."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission, page
from clinic.pages.dates import DayField
from clinic.pages.entry_page import saved
from clinic.pages.fields import Confirm, NameField
from clinic.request import ClinicRequest
from monitoring.actions import Conflict, Refused
from monitoring.actions import register_patient as register_patient_verb
from monitoring.models import Patient
from monitoring.reports.treatment import course_of_treatment, last_dosed
from monitoring.web.lookup import log_read
from monitoring.web.record_page import RecordForm, act, show
from monitoring.web.refusal import add_refusal
from monitoring.words.banner import patient_banner
from monitoring.words.patient_amendments import patient_amendments

PAGE_SIZE = 50
LONGEST_SEARCH = 200


CONFIRMS = ("confirm_namesake", "confirm_minor")


class PatientForm(RecordForm):
    saves: type[Model] | None = Patient
    namesakes: tuple[Patient, ...] = ()
    mrn = NameField(
        max_length=40,
        label=gettext_lazy("MRN"),
        error_messages={"required": gettext_lazy("Enter the MRN.")},
    )
    family_name = NameField(
        max_length=120,
        label=gettext_lazy("Family name"),
        error_messages={"required": gettext_lazy("Enter the family name.")},
    )
    given_name = NameField(
        required=False,
        max_length=120,
        label=gettext_lazy("Given name"),
        help_text=gettext_lazy("empty where the patient has one name"),
    )
    date_of_birth = DayField(
        label=gettext_lazy("Date of birth"),
        error_messages={"required": gettext_lazy("Enter the date of birth.")},
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex"),
        choices=[("", gettext_lazy("Choose")), *Patient.Sex.choices],
        error_messages={"required": gettext_lazy("Choose the sex.")},
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
    telephone = forms.CharField(required=False, max_length=40, label=gettext_lazy("Telephone"))
    rems_enrolled_on = DayField(
        required=False,
        label=gettext_lazy("REMS enrolment date"),
        help_text=gettext_lazy("such as 31-Jan-2026; empty while not enrolled"),
    )

    confirm_namesake = Confirm(label=gettext_lazy("Yes, this is another person"))
    confirm_minor = Confirm(label=gettext_lazy("Yes, the date of birth is right"))

    def layout(self) -> Layout:
        names = [n for n in self.fields if n not in {"id", *CONFIRMS}]
        asks = map(self.rendered, CONFIRMS)
        return Layout("id", *asks, Div(*map(self.rendered, names), css_class="grid-2"))

    @property
    def values(self) -> dict[str, Any]:
        """What is kept of the patient."""
        return {name: self.cleaned_data[name] for name in Patient.AMENDED}

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The answers to what was asked."""
        return tuple(self.cleaned_data[name] for name in CONFIRMS)

    def ask(self, request: ClinicRequest, refused: Refused) -> None:
        """Put the reasons at their fields, and offer the answer where one is a question. The
        patients whom it asks about are shown, and kept as read."""
        add_refusal(self, refused)
        for reason in refused.messages:
            field = self.fields.get(f"confirm_{reason.code}")
            if isinstance(field, Confirm):
                field.answer = str(reason.params["answer"])
                self.namesakes += cast("tuple[Patient, ...]", reason.params.get("patients", ()))
        if self.namesakes:
            log_read(request, "listed", [p.pk for p in self.namesakes])


@require_safe
@page(Permission.VIEW_PATIENT)
def patient_list(request: ClinicRequest) -> HttpResponse:
    # PostgreSQL takes no text with a zero character.
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    found = Patient.objects.at(request.site).matching(words)
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    log_read(request, "listed", [p.pk for p in shown])
    context = {"patients": shown, "words": words, "area": "patients"}
    return render(request, "patients/list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.REGISTER_PATIENT)
def register_patient(request: ClinicRequest) -> HttpResponse:
    form = PatientForm(request.POST or None)
    if form.is_bound and form.is_valid():
        made = _registered(request, form)
        if made:
            return saved(request, _("Patient registered"), "patient", made.pk)
    context = {
        "heading": _("Register a patient"),
        "submit": _("Register"),
        "back": reverse("patient-list"),
        "area": "patients",
    }
    return show(request, "patients/register.html", form, context)


def _registered(request: ClinicRequest, form: PatientForm) -> Patient | None:
    """The new patient, or None with the reasons at the form's fields."""
    given, key = form.values, form.cleaned_data["id"]

    def verb() -> Patient | None:
        try:
            return register_patient_verb(
                request.site, request.user, id=key, **given, confirmed=form.confirmed
            )
        except Refused as refused:
            form.ask(request, refused)
        except Conflict as conflict:
            form.add_error("mrn", mrn_taken(conflict, request))
        return None

    made, _theirs = act(form, verb)
    return cast("Patient | None", made)


def mrn_taken(conflict: Conflict, request: ClinicRequest) -> str:
    """Who has the number, only where the person may know: at this site."""
    theirs = conflict.theirs
    if isinstance(theirs, Patient) and theirs.site_id == request.site.pk:
        log_read(request, "opened", [theirs.pk])
        return _("This MRN belongs to %(name)s, born %(born)s.") % {
            "name": theirs.banner_name,
            "born": f"{theirs.date_of_birth:%d-%b-%Y}",
        }
    return _("This MRN is in use at another site of the organisation.")


@require_safe
@page(Permission.VIEW_PATIENT)
def patient(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    found = Patient.objects.at(request.site).filter(pk=patient_id).first()
    if found is None:
        raise Http404
    log_read(request, "opened", [found.pk])
    shown = Paginator(course_of_treatment(found), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "patient": found,
        "banner": patient_banner(found),
        "sessions": shown,
        "last": last_dosed(found),
        "amendments": patient_amendments(found),
        "area": "patients",
    }
    return render(request, "patients/patient.html", context)
