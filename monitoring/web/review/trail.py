"""What was written, by whom and when, across the sessions, patients and people of the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic import clock
from clinic.access import Permission
from clinic.models import ChainHead, Site, Staff, TrailEntry
from clinic.pages import keyset
from clinic.pages.addresses import reverse
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.web import staff_trail
from monitoring.models import Patient, Session
from monitoring.reports.trail import KINDS, LATEST, entries, of_patients
from monitoring.web.lookup import log_read
from monitoring.words import trail

PAGE_SIZE = 50
DAYS = 7
"""What is shown before a period is chosen."""
ANY = _("Any")
ABOUT = (
    (KINDS.SESSION, _("A session")),
    (KINDS.PATIENT, _("A patient")),
    (KINDS.STAFF, _("A person: roles, signing in, emergency access")),
    (KINDS.ORGANISATION, _("The site: its tablets and protocols")),
)


def _verbs() -> list[tuple[str, str]]:
    """What was done, in words, each once; the value is the first verb that it is told of."""
    by_words: dict[str, str] = {}
    for verb, words in {**trail.ENTRY_WORDS, **staff_trail.ENTRY_WORDS}.items():
        by_words.setdefault(str(words), verb)
    return sorted(((verb, words) for words, verb in by_words.items()), key=lambda pair: pair[1])


def _alike(verb: str) -> list[str]:
    """The verbs that are told by the same words."""
    every: Mapping[str, Any] = {**trail.ENTRY_WORDS, **staff_trail.ENTRY_WORDS}
    return [other for other, words in every.items() if str(words) == str(every[verb])]


class TrailFilter(ListFilter):
    """Which entries to show."""

    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("To"))
    by = PersonFilter(
        queryset=Staff.objects.none(), field_name="actor", label=_("Done by"), empty_label=ANY
    )
    verb = django_filters.ChoiceFilter(
        choices=_verbs, method="told_as", label=_("What was done"), empty_label=ANY
    )
    about = django_filters.ChoiceFilter(
        choices=ABOUT, method="about_kind", label=_("About"), empty_label=ANY
    )
    patient = django_filters.CharFilter(method="named", label=_("Patient: name or MRN"))
    person = PersonFilter(
        queryset=Staff.objects.none(), method="about_person", label=_("Person"), empty_label=ANY
    )
    session = django_filters.UUIDFilter(field_name="chain", label=_("Session id"))

    class Meta(ListFilter.Meta):
        model = TrailEntry
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        people = Staff.objects.filter(memberships__site=site).distinct()
        self.filters["by"].queryset = self.filters["person"].queryset = people

    def from_day(self, found: QuerySet[TrailEntry], name: str, day: date) -> QuerySet[TrailEntry]:
        return found.filter(at__gte=self.midnight(day))

    def to_day(self, found: QuerySet[TrailEntry], name: str, day: date) -> QuerySet[TrailEntry]:
        return found.filter(at__lt=self.midnight(day + timedelta(days=1)))

    def told_as(self, found: QuerySet[TrailEntry], name: str, verb: str) -> QuerySet[TrailEntry]:
        return found.filter(verb__in=_alike(verb))

    def about_kind(self, found: QuerySet[TrailEntry], name: str, kind: str) -> QuerySet[TrailEntry]:
        return found.filter(chain__in=ChainHead.objects.filter(kind=kind).values("pk"))

    def named(self, found: QuerySet[TrailEntry], name: str, words: str) -> QuerySet[TrailEntry]:
        return of_patients(found, self.site, words)

    def about_person(
        self, found: QuerySet[TrailEntry], name: str, person: Staff
    ) -> QuerySet[TrailEntry]:
        return found.filter(chain=person.pk)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it reads; `href` leads to the session or patient that it is about."""

    at: datetime
    by: str
    words: str
    content: str
    about: str
    href: str
    device: str


@require_safe
@page(Permission.VIEW_TRAIL)
def trail_list(request: ClinicRequest) -> HttpResponse:
    """The latest first; the last week, unless something was asked for."""
    site = request.site
    chosen = _chosen(request)
    among = entries(site)
    shown = keyset.page(chosen.qs, LATEST, request.GET, PAGE_SIZE, among=among)
    subjects = _Subjects(shown.rows)
    log_read(request, "listed", subjects.patients)
    context = {
        "filter": chosen,
        "lines": _lines(shown.rows, subjects, site),
        "shown": shown,
        "area": "trail",
    }
    return render(request, "trail/list.html", context)


def _chosen(request: ClinicRequest) -> TrailFilter:
    site = request.site
    asked = request.GET.copy()
    if not any(asked.get(name) for name in TrailFilter.base_filters):
        first = timezone.localtime(clock.now(), site.tz).date() - timedelta(days=DAYS - 1)
        asked["since"] = first.isoformat()
    return TrailFilter(asked, queryset=entries(site), request=request, site=site)


class _Subjects:
    """Whom and what the entries of a page are about: three queries."""

    def __init__(self, rows: list[TrailEntry]) -> None:
        chains = {row.chain for row in rows}
        sessions = Session.objects.filter(pk__in=chains).select_related("patient")
        self.sessions = {session.pk: session for session in sessions}
        self.own_patients = Patient.objects.in_bulk(chains)
        self.people = Staff.objects.in_bulk(chains)

    @property
    def patients(self) -> list[UUID]:
        return [*(s.patient_id for s in self.sessions.values()), *self.own_patients]

    def is_of_the_record(self, entry: TrailEntry) -> bool:
        return entry.chain in self.sessions or entry.chain in self.own_patients

    def of(self, entry: TrailEntry, site: Site) -> tuple[str, str]:
        """What the entry is about, and the address of its page, where there is one to read."""
        if session := self.sessions.get(entry.chain):
            return session.patient.banner_name, reverse("session-report", args=[session.pk])
        if patient := self.own_patients.get(entry.chain):
            return patient.banner_name, reverse("patient", args=[patient.pk])
        if person := self.people.get(entry.chain):
            return person.printed_name, ""
        return site.name, ""


def _lines(rows: list[TrailEntry], subjects: _Subjects, site: Site) -> list[Line]:
    contents = trail.contents(row for row in rows if subjects.is_of_the_record(row))
    others = [row for row in rows if not subjects.is_of_the_record(row)]
    told = dict(zip((row.pk for row in others), staff_trail.told(others, site), strict=True))
    tablets = staff_trail.tablet_names(site)
    lines = []
    for row in rows:
        about, href = subjects.of(row, site)
        other = told.get(row.pk)
        lines.append(
            Line(
                at=row.at,
                by=row.actor.printed_name if row.actor else "",
                words=other.words if other else str(trail.ENTRY_WORDS.get(row.verb, row.verb)),
                content=other.detail if other else contents[row.pk],
                about=about,
                href=href,
                device=tablets.get(row.device, row.device[:8]),
            )
        )
    return lines
