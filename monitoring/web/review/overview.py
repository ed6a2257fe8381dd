"""The overview of a period: what the sessions that ended add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinic import access, clock
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from clinic.pages.addresses import reverse
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Figures, ProtocolVersion, Session
from monitoring.reports import reviews
from monitoring.reports.columns import Column, drawn
from monitoring.reports.form_ages import ages, filed_late
from monitoring.reports.overview import COMPARED, LINES, Overview, Part, compared, overview

ANY = gettext_lazy("Any")
MONTHS = 12
"""As far back as is shown where no period is asked for: so many whole months, and this one."""
BY = {
    "protocol": (gettext_lazy("Protocol"), "session__protocol_version__title"),
    "prescriber": (gettext_lazy("Prescriber"), "session__prescriber"),
    "nurse": (gettext_lazy("Who watched last"), "session__observer"),
    "site": (gettext_lazy("Site"), "site__name"),
}
PEOPLE = ("prescriber", "nurse")


class Chosen(ListFilter):
    """Which sessions to add up; the names are those of the register."""

    since = DayFilter(method="from_day", label=gettext_lazy("From"))
    until = DayFilter(method="to_day", label=gettext_lazy("To"))
    prescriber = PersonFilter(
        queryset=Staff.objects.none(),
        field_name="session__prescriber",
        label=gettext_lazy("Prescriber"),
        empty_label=ANY,
    )
    nurse = PersonFilter(
        queryset=Staff.objects.none(),
        field_name="session__observer",
        label=gettext_lazy("Who watched last"),
        empty_label=ANY,
    )
    product = django_filters.ChoiceFilter(
        field_name="session__protocol_version__key",
        label=gettext_lazy("Protocol"),
        empty_label=ANY,
    )
    by = django_filters.ChoiceFilter(
        choices=[(key, label) for key, (label, _path) in BY.items()],
        method="told_apart",
        label=gettext_lazy("Told apart by"),
        empty_label=gettext_lazy("Month alone"),
    )

    class Meta(ListFilter.Meta):
        model = Figures
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        here = Staff.objects.filter(memberships__site=site)
        clinicians = here.filter(memberships__role=Membership.Role.CLINICIAN)
        self.filters["prescriber"].queryset = clinicians.distinct()
        self.filters["nurse"].queryset = here.exclude(
            memberships__role__in=(Membership.Role.ADMINISTRATOR, Membership.Role.AUDITOR)
        ).distinct()
        seen = ProtocolVersion.objects.seen_at(site).order_by("key", "version")
        self.filters["product"].extra["choices"] = sorted(
            dict(seen.values_list("key", "title")).items()
        )

    def from_day(self, found: QuerySet[Figures], name: str, day: date) -> QuerySet[Figures]:
        return found.filter(planned_for__gte=self.midnight(day))

    def to_day(self, found: QuerySet[Figures], name: str, day: date) -> QuerySet[Figures]:
        return found.filter(planned_for__lt=self.midnight(day + timedelta(days=1)))

    def told_apart(self, found: QuerySet[Figures], name: str, by: str) -> QuerySet[Figures]:
        return found

    @property
    def value(self) -> dict[str, Any]:
        return self.form.cleaned_data if self.is_bound and self.form.is_valid() else {}


@require_safe
@page(Permission.VIEW_REGISTER)
def overview_page(request: ClinicRequest) -> HttpResponse:
    site, now = request.site, clock.now()
    given = {"since": str(_since(site)), **request.GET.dict()}
    here = Figures.objects.filter(site=site)
    chosen = Chosen(given, queryset=here, request=request, site=site)
    found = chosen.qs
    told = overview(found, site.tz)
    by = chosen.value.get("by") or ""
    return render(
        request,
        "overview/overview.html",
        {
            "filter": chosen,
            "overview": told,
            "charts": _charts(told),
            "compared": _compared(request, chosen, by) if by else [],
            "by": BY[by][0] if by else "",
            "columns": [LINES[code] for code in COMPARED],
            "register": _register(chosen),
            "going_on": Session.objects.at(site).in_progress().count(),
            "waiting": reviews.count_waiting(site),
            "forms": ages(site, now),
            "filed_late": filed_late(site, now),
            "as_of": now,
            "area": "register",
        },
    )


def _since(site: Site) -> date:
    today = timezone.localtime(clock.now(), site.tz).date()
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _compared(request: ClinicRequest, chosen: Chosen, by: str) -> list[Part]:
    """By site those at which the person may see the register, in the same period."""
    if by == "site":
        sites = [
            site
            for site in Site.objects.all()
            if access.may(request.user, Permission.VIEW_REGISTER, site)
        ]
        everywhere = Figures.objects.filter(site__in=sites)
        chosen = Chosen(chosen.data, queryset=everywhere, request=request, site=request.site)
    parts = compared(chosen.qs, BY[by][1])
    if by in PEOPLE:
        staff = Staff.objects.in_bulk([part.name for part in parts if part.name])
        named = [(staff[part.name].printed_name if part.name else "", part) for part in parts]
        parts = [replace(part, name=name) for name, part in sorted(named, key=lambda n: n[0])]
    return parts


def _register(chosen: Chosen) -> str:
    """The address of the register with the same filters, to which the code of a line is added."""
    kept = {k: v for k, v in chosen.data.items() if v and k in chosen.filters and k != "by"}
    return f"{reverse('session-list')}?{urlencode({**kept, 'behind': ''})}"


def _charts(told: Overview) -> list[Any]:
    named = [(f"{m.name:%Y}" if told.is_by_year else f"{m.name:%b %y}", m) for m in told.months]
    most = max((month.sessions for month in told.months), default=0)
    sessions = [Column(name, m.sessions, str(m.sessions)) for name, m in named]
    forty = [(name, m.shares["forty_on_time"].percent) for name, m in named]
    on_time = [
        Column(name, share, "–" if share is None else f"{share:.0f} %") for name, share in forty
    ]
    return [
        drawn("sessions", _("Sessions that ended"), sessions, most),
        drawn("forty", _("40-minute blood pressure on time"), on_time, 100),
    ]
