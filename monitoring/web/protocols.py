"""Protocols in plain words, read only."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from clinic.access import Permission, page
from monitoring.models import ProtocolVersion
from monitoring.rules.protocol import Protocol
from monitoring.web.lookup import site_of

LABEL, REMS, DESIGN = gettext_noop("Label"), gettext_noop("REMS"), gettext_noop("Clinic")

SETTINGS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (gettext_noop("Dose"), (
        ("device_mg", gettext_noop("mg in one device"), LABEL),
        ("allowed_totals_mg", gettext_noop("Allowed totals, mg"), LABEL),
        ("first_treatment_max_mg", gettext_noop("Greatest first dose, mg"), LABEL),
        ("rest_between_devices_minutes", gettext_noop("Rest between devices, min"), LABEL),
    )),
    (gettext_noop("Before the dose"), (
        ("guide_systolic", gettext_noop("Guide: systolic above, mmHg"), LABEL),
        ("guide_diastolic", gettext_noop("Guide: diastolic above, mmHg"), LABEL),
        ("predose_max_age_minutes", gettext_noop("Greatest age of pre-dose reading, min"), DESIGN),
        ("food_minutes", gettext_noop("No food, min"), LABEL),
        ("liquid_minutes", gettext_noop("No liquids, min"), LABEL),
        ("nasal_minutes", gettext_noop("No nasal medication, min"), LABEL),
    )),
    (gettext_noop("Readings"), (
        ("slots", gettext_noop("Minutes after the first dose"), DESIGN),
        ("repeat_every_minutes", gettext_noop("Then every, min"), DESIGN),
        ("forty_on_time", gettext_noop("40-minute reading on time, min"), LABEL),
        ("overdue_after_minutes", gettext_noop("Overdue after, min"), DESIGN),
        ("escalate_after_minutes", gettext_noop("Escalated after, min"), DESIGN),
        ("late_entry_minutes", gettext_noop("Late entry after, min"), DESIGN),
    )),
    (gettext_noop("Someone is told"), (
        ("notify_systolic", gettext_noop("Systolic from, mmHg"), LABEL),
        ("notify_diastolic", gettext_noop("Diastolic from, mmHg"), LABEL),
        ("notify_systolic_rise", gettext_noop("Systolic rise from, mmHg"), LABEL),
        ("notify_diastolic_rise", gettext_noop("Diastolic rise from, mmHg"), LABEL),
        ("emergency_systolic", gettext_noop("Emergency: systolic from, mmHg"), DESIGN),
        ("emergency_diastolic", gettext_noop("Emergency: diastolic from, mmHg"), DESIGN),
        ("spo2_below", gettext_noop("SpO₂ below, twice, %"), LABEL),
        ("spo2_far_below", gettext_noop("SpO₂ below, once, %"), DESIGN),
        ("sedation_notify", gettext_noop("MOAA/S at or below"), DESIGN),
        ("sedation_emergency", gettext_noop("Emergency: MOAA/S at or below"), DESIGN),
        ("dissociation_notify", gettext_noop("Dissociation at or above"), DESIGN),
    )),
    (gettext_noop("Clearance"), (
        ("window_minutes", gettext_noop("Observation after the last dose, min"), REMS),
        ("clearance_systolic", gettext_noop("Systolic at most, mmHg"), DESIGN),
        ("clearance_diastolic", gettext_noop("Diastolic at most, mmHg"), DESIGN),
        ("clearance_within_percent", gettext_noop("or above pre-dose by at most, %"), DESIGN),
        ("clearance_sedation", gettext_noop("MOAA/S, or pre-dose level"), LABEL),
        ("clearance_dissociation", gettext_noop("Dissociation, or pre-dose level"), LABEL),
        ("final_set_max_age_minutes", gettext_noop("Greatest age of the final set, min"), DESIGN),
        ("clearance_valid_minutes", gettext_noop("Clearance lapses after, min"), DESIGN),
    )),
)  # fmt: skip
"""Each number with where it comes from (CLINICAL 8)."""


@require_safe
@page(Permission.VIEW_PROTOCOL)
def protocol_list(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    used = {v.pk for v in ProtocolVersion.objects.filter(sites__site=site)}
    versions = ProtocolVersion.objects.filter(Q(sites__site=site) | Q(sessions__site=site))
    context = {
        "versions": [(v, v.pk in used) for v in versions.distinct()],
        "area": "protocols",
    }
    return render(request, "protocols/list.html", context)


@require_safe
@page(Permission.VIEW_PROTOCOL)
def protocol(request: HttpRequest, version_id: UUID) -> HttpResponse:
    site = site_of(request)
    seen = ProtocolVersion.objects.filter(Q(sites__site=site) | Q(sessions__site=site))
    version = seen.filter(pk=version_id).first()
    if version is None:
        raise Http404
    context = {
        "version": version,
        "protocol": version.protocol(),
        "groups": _groups(version.protocol()),
        "area": "protocols",
    }
    return render(request, "protocols/protocol.html", context)


def _groups(protocol: Protocol) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            _(heading),
            [
                (_(words), _shown(getattr(protocol, name)), _(source))
                for name, words, source in rows
            ],
        )
        for heading, rows in SETTINGS
    ]


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
