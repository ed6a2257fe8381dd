"""The register of sessions, for those who review, and its files."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic import clock, proposals, standby
from clinic.access import Permission
from clinic.models import SavedView
from clinic.pages import keyset
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import Session
from monitoring.reports import form_state, readings_export
from monitoring.reports.register import HEADINGS, as_rows
from monitoring.reports.tables import MOST_ROWS
from monitoring.web.lookup import log_read
from monitoring.web.presenters import first_run
from monitoring.web.review import downloads, saved_views
from monitoring.web.review.register_filter import VIEWS, Register

PAGE_SIZES = (25, 50, 100)
ROOMS_OF = 200
"""Of how many sessions the rooms are offered."""


@require_safe
@page(Permission.VIEW_REGISTER)
def session_list(request: ClinicRequest, *, is_too_long: bool = False) -> HttpResponse:
    """`is_too_long`: a workbook was asked for that would have too many rows."""
    site, size = request.site, _page_size(request)
    chosen = saved_views.chosen(request, request.GET)
    shown = chosen.page(request.GET, size)
    log_read(request, "listed", [s.patient_id for s in shown.rows])
    context: dict[str, Any] = {
        "filter": chosen,
        "is_filtered": any(request.GET.get(name) for name in chosen.filters if name != "sort"),
        "sessions": shown.rows,
        "shown": shown,
        **keyset.told(shown, chosen.counted),
        "most_rows": MOST_ROWS if is_too_long else None,
        "rooms": _rooms(request),
        **_views(request, chosen),
        "sizes": PAGE_SIZES,
        "size": size,
        "as_of": clock.now(),
        "area": "register",
    }
    if Permission.FILE_FORM in request.permissions:
        context["forms_told"] = form_state.told(site, clock.now())
    if Permission.AMEND_SITE in request.permissions:
        context["steps"] = first_run.steps(site, request.user)
        context["proposals"] = proposals.open_at(site)
    return render(request, "register/list.html", context)


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def register_csv(request: ClinicRequest) -> HttpResponseBase:
    """All that is filtered, in its order, whichever page is shown."""
    chosen = saved_views.chosen(request, request.GET)
    if chosen.is_wrong:
        return session_list(request)
    rows = chosen.order.of(chosen.qs)
    return downloads.streamed(
        request, "sessions", _headings(), _patients(chosen), lambda: as_rows(rows, request.site)
    )


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def register_workbook(request: ClinicRequest) -> HttpResponseBase:
    """The same as a workbook, which has its greatest length."""
    chosen = saved_views.chosen(request, request.GET)
    if chosen.is_wrong:
        return session_list(request)
    with standby.reading():
        many = chosen.qs.order_by()[: MOST_ROWS + 1].count()
    if many > MOST_ROWS:
        return session_list(request, is_too_long=True)
    rows = chosen.order.of(chosen.qs)
    return downloads.workbook(
        request, "sessions", _("Sessions"), _headings(), lambda: as_rows(rows, request.site)
    )


@require_safe
@page(Permission.VIEW_REGISTER, Permission.EXPORT)
def readings_csv(request: ClinicRequest) -> HttpResponseBase:
    """Every reading of the sessions that are filtered, in their order."""
    chosen = saved_views.chosen(request, request.GET)
    if chosen.is_wrong:
        return session_list(request)
    found = chosen.order.of(chosen.qs)
    headings = [column.heading for column in readings_export.columns()]
    return downloads.streamed_lines(
        request,
        "readings",
        headings,
        _patients(chosen),
        lambda: readings_export.readings(found, request.site),
    )


def _patients(chosen: Register) -> QuerySet[Session, Any]:
    return chosen.qs.order_by().values_list("patient", flat=True).distinct()


def _headings() -> list[str]:
    return [str(words) for words in HEADINGS]


def _views(request: ClinicRequest, chosen: Register) -> dict[str, Any]:
    """What is looked for again and again, by everyone and by the person, and whether this is it."""
    own = saved_views.of(request)
    shown = next((view for view in own if view.query == chosen.query), None)
    is_fixed = chosen.query in {query for _words, query in VIEWS}
    return {
        "views": VIEWS,
        "own_views": own,
        "shown_view": shown,
        "names_patient": SavedView.names_a_patient(chosen.query),
        "can_save": chosen.query and not (is_fixed or chosen.is_wrong),
    }


def _rooms(request: ClinicRequest) -> list[str]:
    """Those of the latest sessions, to choose from."""
    latest = Session.objects.at(request.site).order_by("-planned_for")
    return sorted({*latest.values_list("room", flat=True)[:ROOMS_OF]} - {""})


def _page_size(request: ClinicRequest) -> int:
    text = request.GET.get("size", "")
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
