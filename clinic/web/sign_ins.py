"""Who of the site is signed in, where and since when; and signing them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clinic import actions, clock, sign_ins
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.sign_ins import SignIn
from clinic.web import staff_trail
from clinic.web.from_record import record
from clinic.web.organisation_form import submit_button

LONGEST = timedelta(hours=12)
"""As long as a session lasts, in settings.py: who read before that read in another one."""
BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""In this order: each names the ones after it, too."""
SYSTEMS = (
    ("iPad", "iPad"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
UNKNOWN = gettext_lazy("Another browser")


@require_safe
@page(Permission.VIEW_STAFF)
def sign_in_list(request: ClinicRequest) -> HttpResponse:
    site = request.site
    last = record().last_reads(site, clock.now() - LONGEST)
    own = request.session.session_key
    found = [_row(sign_in, last, own) for sign_in in sign_ins.of_site(site)]
    return render(request, "staff/sign_ins.html", {"rows": found, "area": "staff"})


def _row(sign_in: SignIn, last: Mapping[tuple[UUID, str], datetime], own: str | None) -> Any:
    """`last` tells by person and device when a record was last read."""
    return {
        "sign_in": sign_in,
        "means": staff_trail.means(sign_in.means),
        "where": str(sign_in.tablet or browser(sign_in.agent)),
        "read_at": last.get((sign_in.staff.pk, sign_in.device)),
        "is_this": sign_in.key == own,
    }


def browser(agent: str) -> str:
    """What a browser calls itself, in two words: "Safari on iPad"."""
    name = next((words for key, words in BROWSERS if key in agent), "")
    system = next((words for key, words in SYSTEMS if key in agent), "")
    if name and system:
        return _("%(browser)s on %(system)s") % {"browser": name, "system": system}
    return name or system or str(UNKNOWN)


@require_POST
@page(Permission.MANAGE_STAFF)
def end_sign_in(request: ClinicRequest, pk: int) -> HttpResponse:
    by, site, own = request.user, request.site, request.session.session_key or ""
    staff = submit_button(request, lambda: actions.end_sign_in(by, site, pk, own_key=own))
    if staff:
        messages.success(request, _("%(name)s is signed out there") % {"name": staff.printed_name})
    return redirect("sign-in-list")
