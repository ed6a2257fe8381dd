"""Patients of a site, and one patient's course of treatment."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.access import Permission
from clinic.models import Site
from clinic.pages import keyset, moments
from clinic.pages.addresses import reverse
from clinic.pages.dates import DayField
from clinic.pages.entry_page import EntryPage, redirect_saved, render_form
from clinic.pages.fields import Confirm, NameField
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import Conflict, Refused
from monitoring.actions import register_patient as register_patient_verb
from monitoring.actions.register_patient import NewPatient
from monitoring.models import Patient, Session
from monitoring.reports.treatment import NEWEST_FIRST, course_of_treatment, last_dosed
from monitoring.web.lookup import log_read
from monitoring.web.record_page import RecordForm
from monitoring.words.banner import patient_banner
from monitoring.words.patient_amendments import patient_amendments

PAGE_SIZE = 50
BY_NAME = keyset.Order(("family_name", "given_name", "pk"))
"""As the index of patients is."""
LONGEST_SEARCH = 200


CONFIRMS = ("confirm_namesake", "confirm_minor")


class PatientForm(RecordForm):
    saves: type[Model] | None = Patient
    namesakes: tuple[Patient, ...] = ()
    has_the_mrn: Patient | None = None
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

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def take_refusal(self, refused: Refused) -> None:
        """Offer the answer, too, where a reason is a question about another patient."""
        super().take_refusal(refused)
        for message in refused.messages:
            field = self.fields.get(f"confirm_{message.code}")
            if isinstance(field, Confirm):
                field.answer = str(message.params["answer"])
                self.namesakes += cast("tuple[Patient, ...]", message.params.get("patients", ()))

    def take_conflict(self, conflict: Conflict) -> None:
        """Who has the number, only where the person may know: at this site."""
        if not isinstance(theirs := conflict.theirs, Patient):
            super().take_conflict(conflict)
        elif theirs.site_id == self.site.pk:
            self.has_the_mrn = theirs
            params = {"name": theirs.banner_name, "born": moments.day(theirs.date_of_birth)}
            self.add_error("mrn", _("This MRN belongs to %(name)s, born %(born)s.") % params)
        else:
            self.add_error("mrn", _("This MRN is in use at another site of the organisation."))

    def log_shown(self, request: ClinicRequest) -> None:
        """Log whom the refusal shows as read."""
        if self.namesakes:
            log_read(request, "listed", [p.pk for p in self.namesakes])
        if self.has_the_mrn:
            log_read(request, "opened", [self.has_the_mrn.pk])


@require_safe
@page(Permission.VIEW_PATIENT)
def patient_list(request: ClinicRequest) -> HttpResponse:
    # PostgreSQL takes no text with a zero character.
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    here = Patient.objects.at(request.site)
    found = here.matching(words)
    shown = keyset.page(found, BY_NAME, request.GET, PAGE_SIZE, among=here)
    log_read(request, "listed", [p.pk for p in shown.rows])
    context = {
        "patients": shown.rows,
        "shown": shown,
        **keyset.told(shown, found),
        "words": words,
        "area": "patients",
    }
    return render(request, "patients/list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.REGISTER_PATIENT)
def register_patient(request: ClinicRequest) -> HttpResponse:
    site, form = request.site, PatientForm(request.POST or None, site=request.site)

    def save() -> Patient:
        key = form.cleaned_data["id"]
        return register_patient_verb(
            site,
            request.user,
            id=key,
            patient=NewPatient(**form.values),
            confirmed=form.confirmed,
        )

    if made := submit(form, save):
        return redirect_saved(request, _("Patient registered"), "patient", made.pk)
    form.log_shown(request)
    around = EntryPage(
        heading=_("Register a patient"),
        button=_("Register"),
        back=reverse("patient-list"),
        template="patients/register.html",
        area="patients",
    )
    return render_form(request, form, around)


@require_safe
@page(Permission.VIEW_PATIENT)
def patient(request: ClinicRequest, patient_id: UUID) -> HttpResponse:
    found = Patient.objects.at(request.site).filter(pk=patient_id).first()
    if found is None:
        raise Http404
    log_read(request, "opened", [found.pk])
    own = Session.objects.filter(patient=found)
    course = course_of_treatment(found)
    shown = keyset.page(course, NEWEST_FIRST, request.GET, PAGE_SIZE, among=own)
    context = {
        "patient": found,
        "banner": patient_banner(found),
        "sessions": shown.rows,
        "shown": shown,
        **keyset.told(shown, own),
        "last": last_dosed(found),
        "amendments": patient_amendments(found),
        "area": "patients",
    }
    return render(request, "patients/patient.html", context)
