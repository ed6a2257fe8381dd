"""The administrator's page of the site: what it is called, where it is, whether it is certified."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import actions
from clinic.access import Permission
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.web import staff_trail
from clinic.web.from_record import record
from clinic.web.site_form import SiteForm
from clinic.web.staffing_form import done, show


@require_http_methods(["GET", "POST"])
@page(Permission.AMEND_SITE)
def site_page(request: ClinicRequest) -> HttpResponse:
    site, by = request.site, request.user
    form = SiteForm(request.POST or None, site=site)
    if form.is_bound and form.is_valid():
        amended = done(form, lambda: actions.amend_site(by, site, form.details()))
        if amended:
            messages.success(request, _("Site saved"))
            return redirect("site")
    context = {
        "heading": site.name,
        "submit": _("Save site"),
        "steps": record().first_run(site, by),
        "changes": staff_trail.of_site(site),
        "area": "site",
    }
    return show(request, "site/site.html", form, context)
