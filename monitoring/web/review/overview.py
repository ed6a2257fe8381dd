"""The overview of a period: what the sessions that ended add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clinic import access, clock, standby
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from clinic.pages.addresses import reverse
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Figures, ProtocolVersion, Session
from monitoring.reports.columns import Column, drawn
from monitoring.reports.form_ages import ages, filed_late
from monitoring.reports.overview import Overview, Part, compared, overview
from monitoring.reports.overview_lines import COMPARED, LINES
from monitoring.reports.register import waiting

ANY = gettext_lazy("Any")
MONTHS = 12
"""As far back as is shown where no period is asked for: so many whole months, and this one."""
BY = {
    "protocol": (gettext_lazy("Protocol"), "session__protocol_version__key"),
    "prescriber": (gettext_lazy("Prescriber"), "session__prescriber"),
    "nurse": (gettext_lazy("Who watched last"), "session__observer"),
    "site": (gettext_lazy("Site"), "site__name"),
}
"""What is told apart, by its words and a path from the figures."""
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
@standby.reading()
def overview_page(request: ClinicRequest) -> HttpResponse:
    site, now = request.site, clock.now()
    given = {"since": str(_since(site)), **request.GET.dict()}
    here, sessions = Figures.objects.filter(site=site), Session.objects.at(site)
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
            "months": _months(chosen, told),
            "compared": _compared(request, chosen, by) if by else [],
            "by": BY[by][0] if by else "",
            "columns": [LINES[code] for code in COMPARED],
            "register": _register(chosen, "behind"),
            "forms_register": _register(chosen, "form"),
            "going_on": sessions.in_progress().count(),
            "waiting": len(waiting(site)),
            "forms": ages(site, now),
            "filed_late": filed_late(sessions.filter(pk__in=found.values("pk")), site, now),
            "as_of": now,
            "area": "register",
        },
    )


def _since(site: Site) -> date:
    today = timezone.localtime(clock.now(), site.tz).date()
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Named:
    """A part with its name in words and the address of its own overview; empty where that would be
    of another site, or of nobody."""

    name: str
    part: Part
    address: str = ""


def _months(chosen: Chosen, told: Overview) -> list[Named]:
    """Each month, or year, within the days that were asked for."""
    asked, found = chosen.value, []
    for part in told.months:
        first: date = part.name
        after = first.replace(day=28) + timedelta(days=338 if told.is_by_year else 4)
        last = after.replace(day=1) - timedelta(days=1)
        since, until = max(first, asked["since"] or first), min(last, asked["until"] or last)
        name = f"{first:%Y}" if told.is_by_year else date_format(first, "M Y")
        found.append(Named(name, part, _narrowed(chosen, since=since, until=until)))
    return found


def _narrowed(chosen: Chosen, **more: object) -> str:
    """The address of the overview with the same filters and `more`."""
    return f"{reverse('overview')}?{urlencode({**_kept(chosen), **more})}"


def _kept(chosen: Chosen) -> dict[str, str]:
    return {k: v for k, v in chosen.data.items() if v and k in chosen.filters and k != "by"}


def _compared(request: ClinicRequest, chosen: Chosen, by: str) -> list[Named]:
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
    names: dict[Any, str] = {}
    if by in PEOPLE:
        staff = Staff.objects.in_bulk([part.name for part in parts if part.name])
        names = {id: person.printed_name for id, person in staff.items()}
    elif by == "protocol":
        names = dict(chosen.filters["product"].extra["choices"])
    asks = "product" if by == "protocol" else by
    found = []
    for part in parts:
        name = names.get(part.name) or str(part.name or "")
        is_linked = by != "site" and part.name
        address = _narrowed(chosen, **{asks: part.name}) if is_linked else ""
        found.append(Named(name, part, address))
    return sorted(found, key=lambda named: named.name)


def _register(chosen: Chosen, name: str) -> str:
    """The address of the register with the same filters and `name`, to which a code is added."""
    return f"{reverse('session-list')}?{urlencode({**_kept(chosen), name: ''})}"


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
