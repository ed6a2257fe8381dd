"""Who opened, printed or exported whose record."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import Site, Staff
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import AccessEntry, Patient
from monitoring.reports.access_export import HEADINGS, access
from monitoring.reports.access_report import (
    entries,
    folded,
    of_patients,
    patients_of,
    unfolded,
)
from monitoring.web.lookup import log_read
from monitoring.web.review import downloads

PAGE_SIZE = 90
ANY = _("Any")
BUT_LISTS = "but_lists"
"""What is shown first: who opened, printed or exported a record would drown in lists."""
DAYS = 7
"""What is shown before a period is chosen."""
PAGES = {
    "downtime": _("Downtime sheet"),
    "patient-list": _("List of patients"),
    "patient-register": _("Registering"),
    "patient": _("Patient"),
    "patient-amend": _("Change of a patient"),
    "session-list": _("Register"),
    "register-csv": _("Register"),
    "register-workbook": _("Register"),
    "readings-csv": _("Readings"),
    "whole-zip": _("Files of the record"),
    "research-zip": _("Files for research"),
    "export_files": _("Files, by a command"),
    "session": _("Session"),
    "session-report": _("Session report"),
    "session-printed": _("Session report"),
    "session-report-pdf": _("Session report as PDF"),
    "signature": _("Record as signed"),
    "signature-pdf": _("Record as signed, as PDF"),
    "verification": _("Verification"),
    "board": _("Board"),
    "onward": _("Next on the board"),
    "access-list": _("Access log"),
    "trail-list": _("Trail"),
    "access-export": _("Access log"),
    "review-list": _("Reviews"),
    "session-plan": _("Planning"),
    "whose": _("Whose page it is"),
    "admission": _("Arrival"),
    "order": _("Order"),
    "prescriber": _("Prescriber on site"),
    "watch": _("Handover"),
    "watch-accept": _("Handover"),
    "decision": _("Decision"),
    "dose": _("Dose"),
    "infusion-end": _("End of the infusion"),
    "reading": _("Reading"),
    "reading-correct": _("Correction"),
    "event": _("Event"),
    "event-review": _("Clinician's review"),
    "medication": _("Medication"),
    "screen": _("Suicidality screen"),
    "contact-minutes": _("Staff contact"),
    "contact-minutes-strike": _("Entered in error"),
    "minutes": _("Minutes"),
    "call": _("Call"),
    "call-list": _("Calls"),
    "response": _("Response"),
    "clearance": _("Clearance"),
    "withdrawal": _("Withdrawal"),
    "departure": _("Departure"),
    "session-cancel": _("Cancelling"),
    "session-defer": _("No dose today"),
    "form-list": _("Monitoring forms"),
    "form": _("Monitoring form"),
    "form-print": _("Monitoring form for paper"),
    "form-copy": _("Filed monitoring form"),
    "form-answers": _("Answers for the monitoring form"),
    "form-file": _("Filing of the monitoring form"),
    "amendment": _("Amendment"),
    "review": _("Late reading"),
    "dose-correct": _("Correction"),
    "event-correct": _("Correction"),
    "strike": _("Entered in error"),
    "strike-confirm": _("Entered in error"),
}


class AccessFilter(ListFilter):
    """Which looks at records to show."""

    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("To"))
    patient = django_filters.CharFilter(method="patient_named", label=_("Patient: name or MRN"))
    staff = PersonFilter(queryset=Staff.objects.none(), label=_("Person"), empty_label=ANY)
    action = django_filters.ChoiceFilter(
        choices=((BUT_LISTS, _("All but lists")), *AccessEntry.Action.choices),
        method="done",
        label=_("What"),
        empty_label=ANY,
    )
    session = django_filters.UUIDFilter(field_name="session_id", label=_("Session id"))

    class Meta(ListFilter.Meta):
        model = AccessEntry
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        people = Staff.objects.filter(memberships__site=site).distinct()
        self.filters["staff"].queryset = people

    def from_day(self, found: QuerySet[AccessEntry], name: str, day: date) -> QuerySet[AccessEntry]:
        return found.filter(at__gte=self.midnight(day))

    def to_day(self, found: QuerySet[AccessEntry], name: str, day: date) -> QuerySet[AccessEntry]:
        return found.filter(at__lt=self.midnight(day + timedelta(days=1)))

    def done(self, found: QuerySet[AccessEntry], name: str, what: str) -> QuerySet[AccessEntry]:
        if what == BUT_LISTS:
            return found.exclude(action=AccessEntry.Action.LISTED)
        return found.filter(action=what)

    def patient_named(
        self, found: QuerySet[AccessEntry], name: str, words: str
    ) -> QuerySet[AccessEntry]:
        return of_patients(found, Patient.objects.matching(words))

    @property
    def whom(self) -> QuerySet[Patient] | None:
        """The patients who were asked for; None where anyone was."""
        words = self.form.cleaned_data.get("patient") if self.is_valid() else ""
        return Patient.objects.matching(words) if words else None


def _chosen(request: ClinicRequest) -> AccessFilter:
    """The last week without what was only listed, unless something was asked for."""
    site = request.site
    asked = request.GET.copy()
    if not any(name in asked for name in AccessFilter.base_filters):
        asked["action"] = BUT_LISTS
        first = timezone.localtime(clock.now(), site.tz).date() - timedelta(days=DAYS - 1)
        asked["since"] = first.isoformat()
    return AccessFilter(asked, queryset=entries(site), request=request, site=site)


@require_safe
@page(Permission.VIEW_ACCESS)
def access_list(request: ClinicRequest) -> HttpResponse:
    """The latest first; a list that someone was shown is one line, and unfolds."""
    chosen = _chosen(request)
    after, before, opened = (_moment(request, name) for name in ("after", "before", "unfold"))
    shown = folded(chosen.qs, PAGE_SIZE, after, before, chosen.whom)
    lines = unfolded(chosen.qs, shown.rows, opened, chosen.whom)
    log_read(request, "listed", [p for line in lines for p in line.patients])
    context = {
        "filter": chosen,
        "lines": [(line, PAGES.get(line.page, line.page)) for line in lines],
        "shown": shown,
        "query": chosen.data.urlencode(),
        "area": "access",
    }
    return render(request, "access/list.html", context)


def _moment(request: ClinicRequest, name: str) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get(name, ""))
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@require_safe
@page(Permission.VIEW_ACCESS, Permission.EXPORT)
def access_export(request: ClinicRequest) -> HttpResponseBase:
    """The same entries for a spreadsheet; a filter that is wrong is shown, not left out."""
    chosen = _chosen(request)
    if not chosen.is_valid():
        return access_list(request)
    found, whom = chosen.qs.filter(at__lte=request.shown.at), chosen.whom
    kept = patients_of(found, whom)
    return downloads.streamed_lines(
        request, "access", HEADINGS, kept, lambda: access(found, whom, kept, request.site)
    )
