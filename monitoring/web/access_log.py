"""Who opened, printed or exported whose record."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission, page
from clinic.models import Site, Staff
from clinic.unfilled import Unfilled
from monitoring.models import AccessEntry
from monitoring.reports.access_report import as_csv, entries, of_patient
from monitoring.web.filters import DayFilter
from monitoring.web.lookup import keep_read, site_of

PAGE_SIZE = 90
ANY = _("Any")
DAYS = 7
"""What is shown before a period is chosen."""
PAGES = {
    "patient-list": _("List of patients"),
    "patient": _("Patient"),
    "patient-amend": _("Change of a patient"),
    "session-list": _("Register"),
    "session": _("Session"),
    "session-report": _("Session report"),
    "session-printed": _("Session report"),
    "signature": _("Record as signed"),
    "verification": _("Verification"),
    "board": _("Board"),
    "access-list": _("Access log"),
    "access-export": _("Access log"),
    "review-list": _("Late readings"),
    "session-plan": _("Planning"),
    "admission": _("Arrival"),
    "decision": _("Decision"),
    "dose": _("Dose"),
    "infusion-end": _("End of the infusion"),
    "reading": _("Reading"),
    "reading-correct": _("Correction"),
    "event": _("Event"),
    "response": _("Response"),
    "clearance": _("Clearance"),
    "withdrawal": _("Withdrawal"),
    "departure": _("Departure"),
    "session-cancel": _("Cancelling"),
    "session-defer": _("No dose today"),
    "amendment": _("Amendment"),
    "review": _("Late reading"),
}


class People(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Staff) -> str:
        return obj.printed_name


class _PersonFilter(django_filters.ModelChoiceFilter):  # type: ignore[misc]
    field_class = People


class AccessFilter(django_filters.FilterSet):  # type: ignore[misc]
    """What to show; all of it stands in the address."""

    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("To"))
    patient = django_filters.CharFilter(method="patient_named", label=_("Patient: name or MRN"))
    staff = _PersonFilter(queryset=Staff.objects.none(), label=_("Person"), empty_label=ANY)
    action = django_filters.ChoiceFilter(
        choices=AccessEntry.Action.choices, label=_("What"), empty_label=ANY
    )
    session = django_filters.UUIDFilter(field_name="session_id", label=_("Session id"))

    class Meta:
        model = AccessEntry
        form = Unfilled
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        self.site = site
        super().__init__(*args, **kwargs)
        people = Staff.objects.filter(memberships__site=site).distinct()
        self.filters["staff"].queryset = people

    def from_day(self, found: QuerySet[AccessEntry], name: str, day: date) -> QuerySet[AccessEntry]:
        return found.filter(at__gte=self._midnight(day))

    def to_day(self, found: QuerySet[AccessEntry], name: str, day: date) -> QuerySet[AccessEntry]:
        return found.filter(at__lt=self._midnight(day + timedelta(days=1)))

    def patient_named(
        self, found: QuerySet[AccessEntry], name: str, words: str
    ) -> QuerySet[AccessEntry]:
        return of_patient(found, words)

    def _midnight(self, day: date) -> datetime:
        return timezone.make_aware(datetime.combine(day, time.min), self.site.tz)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(Div(*self.form.fields, css_class="filters"))
        return helper


def _chosen(request: HttpRequest) -> AccessFilter:
    """The last week, unless something was asked for."""
    site = site_of(request)
    asked = request.GET.copy()
    if not any(asked.get(name) for name in AccessFilter.base_filters):
        first = timezone.localtime(clock.now(), site.tz).date() - timedelta(days=DAYS - 1)
        asked["since"] = first.isoformat()
    return AccessFilter(asked, queryset=entries(site), request=request, site=site)


@require_safe
@page(Permission.VIEW_ACCESS)
def access_list(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    shown = Paginator(chosen.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    keep_read(request, "listed", [e.patient_id for e in shown])
    context = {
        "filter": chosen,
        "entries": [(e, PAGES.get(e.page, e.page)) for e in shown],
        "shown": shown,
        "query": chosen.data.urlencode(),
        "area": "access",
    }
    return render(request, "access/list.html", context)


@require_safe
@page(Permission.VIEW_ACCESS)
def access_export(request: HttpRequest) -> HttpResponseBase:
    """The same entries for a spreadsheet; a filter that is wrong is shown, not left out."""
    chosen = _chosen(request)
    if not chosen.is_valid():
        return access_list(request)
    patients = chosen.qs.order_by().values_list("patient_id", flat=True).distinct()
    keep_read(request, "exported", list(patients))
    site = site_of(request)
    rows = as_csv(chosen.qs.iterator(chunk_size=1000), site)
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    day = timezone.localtime(clock.now(), site.tz).date()
    response["Content-Disposition"] = f'attachment; filename="access-{day}.csv"'
    return response
