"""The register of sessions, for those who review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic import clock, proposals
from clinic.access import Permission
from clinic.models import Membership, Site, Staff
from clinic.pages.filters import DayFilter, ListFilter, PersonFilter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Departure, ProtocolVersion, Session
from monitoring.models.session import SessionQuerySet
from monitoring.web.lookup import log_read
from monitoring.web.presenters import first_run

PAGE_SIZES = (25, 50, 100)
ANY = _("Any")
NEWEST = "-planned_for"
SORTS = (
    (NEWEST, _("Newest first")),
    ("planned_for", _("Oldest first")),
    ("patient", _("Patient, A to Z")),
    ("-deviations", _("Most deviations first")),
    ("-peak", _("Highest systolic first")),
)
_ORDERS: dict[str, tuple[Any, ...]] = {
    NEWEST: ("-planned_for", "-pk"),
    "planned_for": ("planned_for", "pk"),
    "patient": ("patient__family_name", "patient__given_name", "-planned_for", "-pk"),
    "-deviations": ("-deviation_count", "-planned_for", "-pk"),
    "-peak": (F("peak_systolic").desc(nulls_last=True), "-planned_for", "-pk"),
}
STATES = (
    *Departure.Kind.choices,
    ("cancelled", _("Not dosed")),
    ("planned", _("Planned")),
    ("open", _("Still open")),
)


class Register(ListFilter):
    """Which sessions to show, and in which order."""

    since = DayFilter(method="from_day", label=_("From"))
    until = DayFilter(method="to_day", label=_("To"))
    prescriber = PersonFilter(queryset=Staff.objects.none(), label=_("Prescriber"), empty_label=ANY)
    product = django_filters.ChoiceFilter(
        field_name="protocol_version__key", label=_("Protocol"), empty_label=ANY
    )
    outcome = django_filters.ChoiceFilter(
        choices=STATES, method="in_state", label=_("How it ended"), empty_label=ANY
    )
    deviations = django_filters.ChoiceFilter(
        choices=(("yes", _("With a deviation")), ("no", _("Without"))),
        method="deviating",
        label=_("Deviations"),
        empty_label=ANY,
    )
    signature = django_filters.ChoiceFilter(
        choices=(("no", _("Dosed, not signed")), ("yes", _("Signed"))),
        method="signed",
        label=_("Signature"),
        empty_label=ANY,
    )
    sort = django_filters.ChoiceFilter(
        choices=SORTS, method="in_order", label=_("Order"), empty_label=None
    )

    class Meta(ListFilter.Meta):
        model = Session
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.filters["prescriber"].queryset = Staff.objects.filter(
            memberships__site=site, memberships__role=Membership.Role.CLINICIAN
        ).distinct()
        titles = (
            ProtocolVersion.objects.seen_at(site)
            .order_by("key", "version")
            .values_list("key", "title")
        )
        self.filters["product"].extra["choices"] = sorted(dict(titles).items())

    def from_day(self, found: QuerySet[Session], name: str, day: date) -> QuerySet[Session]:
        return found.filter(planned_for__gte=self.midnight(day))

    def to_day(self, found: QuerySet[Session], name: str, day: date) -> QuerySet[Session]:
        return found.filter(planned_for__lt=self.midnight(day + timedelta(days=1)))

    def in_state(self, found: SessionQuerySet, name: str, state: str) -> QuerySet[Session]:
        if state == "open":
            return found.in_progress()
        if state in Departure.Kind.values:
            return found.filter(outcome=state)
        return found.filter(phase=state)

    def deviating(self, found: QuerySet[Session], name: str, is_so: str) -> QuerySet[Session]:
        if is_so == "yes":
            return found.filter(deviation_count__gt=0)
        return found.filter(deviation_count=0)

    def signed(self, found: QuerySet[Session], name: str, is_so: str) -> QuerySet[Session]:
        """Signed and standing; or dosed without a signature that stands."""
        if is_so == "yes":
            return found.filter(standing_clearance__isnull=False)
        return found.filter(first_dose_at__isnull=False, standing_clearance=None)

    def in_order(self, found: QuerySet[Session], name: str, order: str) -> QuerySet[Session]:
        return found.order_by(*_ORDERS[order])


@require_safe
@page(Permission.VIEW_REGISTER)
def session_list(request: ClinicRequest) -> HttpResponse:
    site, size = request.site, _page_size(request)
    sessions = Session.objects.at(site).order_by(*_ORDERS[NEWEST])
    people = sessions.select_related("patient", "protocol_version", "standing_clearance")
    chosen = Register(request.GET or None, queryset=people, request=request, site=site)
    shown = Paginator(chosen.qs, size).get_page(request.GET.get("page"))
    log_read(request, "listed", [s.patient_id for s in shown])
    context: dict[str, Any] = {
        "filter": chosen,
        "is_filtered": any(request.GET.get(name) for name in chosen.filters if name != "sort"),
        "sessions": shown,
        "sizes": PAGE_SIZES,
        "size": size,
        "as_of": clock.now(),
        "area": "register",
    }
    if Permission.AMEND_SITE in request.permissions:
        context["steps"] = first_run.steps(site, request.user)
        context["proposals"] = proposals.open_at(site)
    return render(request, "register/list.html", context)


def _page_size(request: ClinicRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
