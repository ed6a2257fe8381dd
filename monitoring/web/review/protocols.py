"""Protocols in plain words."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.models import ProtocolVersion
from monitoring.words.protocol import Change, changes, groups


@require_safe
@page(Permission.VIEW_PROTOCOL)
def protocol_list(request: ClinicRequest) -> HttpResponse:
    used = set(
        ProtocolVersion.objects.filter(sites__site=request.site).values_list("pk", flat=True)
    )
    versions = list(ProtocolVersion.objects.seen_at(request.site).select_related("published_by"))
    context = {
        "used": [v for v in versions if v.pk in used],
        "earlier": [v for v in versions if v.pk not in used],
        "area": "protocols",
    }
    return render(request, "protocols/list.html", context)


@require_safe
@page(Permission.VIEW_PROTOCOL)
def protocol(request: ClinicRequest, version_id: UUID) -> HttpResponse:
    seen = ProtocolVersion.objects.seen_at(request.site)
    version = seen.select_related("replaces", "published_by").filter(pk=version_id).first()
    if version is None:
        raise Http404
    is_used = version.sites.filter(site=request.site).exists()
    context = {
        "version": version,
        "is_used": is_used,
        "groups": groups(version.protocol()),
        "changes": _changes_of(version),
        "area": "protocols",
    }
    return render(request, "protocols/protocol.html", context)


def _changes_of(version: ProtocolVersion) -> list[Change]:
    """What it has otherwise than the version that it replaced."""
    before = version.replaces
    return changes(before.protocol(), version.protocol()) if before else []
