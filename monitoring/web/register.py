"""The register of sessions, for those who review."""

from __future__ import annotations

from typing import Any

import django_filters
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clinic.access import Permission, page
from clinic.models import Membership, Staff
from monitoring.models import Departure, ProtocolVersion, Session
from monitoring.web.lookup import site_of

PAGE_SIZES = (25, 50, 100)
SORTS = (
    ("-planned_for", _("Newest first")),
    ("planned_for", _("Oldest first")),
    ("-deviation_count", _("Most deviations first")),
    ("-peak_systolic", _("Highest blood pressure first")),
)


def _prescribers(request: HttpRequest | None) -> QuerySet[Staff]:
    if request is None:
        return Staff.objects.none()
    return Staff.objects.filter(
        memberships__site=site_of(request), memberships__role=Membership.Role.CLINICIAN
    ).distinct()


def _protocols(request: HttpRequest | None) -> QuerySet[ProtocolVersion]:
    if request is None:
        return ProtocolVersion.objects.none()
    return ProtocolVersion.objects.filter(sites__site=site_of(request))


class Register(django_filters.FilterSet):  # type: ignore[misc]
    """What to show; all of it stands in the address."""

    since = django_filters.DateFilter(
        field_name="planned_for",
        lookup_expr="date__gte",
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = django_filters.DateFilter(
        field_name="planned_for",
        lookup_expr="date__lte",
        label=_("To"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    prescriber = django_filters.ModelChoiceFilter(queryset=_prescribers, label=_("Prescriber"))
    protocol_version = django_filters.ModelChoiceFilter(queryset=_protocols, label=_("Protocol"))
    outcome = django_filters.ChoiceFilter(choices=Departure.Kind.choices, label=_("How it ended"))
    phase = django_filters.ChoiceFilter(choices=Session.Phase.choices, label=_("Phase"))
    with_deviation = django_filters.ChoiceFilter(
        label=_("Deviations"),
        choices=(("yes", _("With a deviation")), ("no", _("Without one"))),
        method="filter_deviation",
    )
    sort = django_filters.ChoiceFilter(
        label=_("Order"), choices=SORTS, method="order", empty_label=None
    )

    class Meta:
        model = Session
        fields: tuple[str, ...] = ()

    def filter_deviation(
        self, found: QuerySet[Session], name: str, value: str
    ) -> QuerySet[Session]:
        if value == "yes":
            return found.filter(deviation_count__gt=0)
        return found.filter(deviation_count=0)

    def order(self, found: QuerySet[Session], name: str, value: str) -> QuerySet[Session]:
        return found.order_by(value, "-pk")

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(Div(*self.form.fields, css_class="filters"))
        return helper


@require_safe
@page(Permission.VIEW_REGISTER)
def session_list(request: HttpRequest) -> HttpResponse:
    sessions = Session.objects.at(site_of(request)).order_by("-planned_for", "-pk")
    people = sessions.select_related(
        "patient", "protocol_version", "prescriber", "standing_clearance"
    )
    chosen = Register(request.GET or None, queryset=people, request=request)
    shown = Paginator(chosen.qs, _page_size(request)).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "filter": chosen,
        "sessions": shown,
        "sizes": PAGE_SIZES,
        "size": _page_size(request),
        "area": "register",
    }
    return render(request, "register/list.html", context)


def _page_size(request: HttpRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
