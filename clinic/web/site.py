"""The administrator's page of the site: what it is called, where it is, whether it is certified."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinic import actions
from clinic.access import Permission
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, enter
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from clinic.web import staff_trail
from clinic.web.from_record import record
from clinic.web.site_form import SiteForm


@require_http_methods(["GET", "POST"])
@page(Permission.AMEND_SITE)
def site_page(request: ClinicRequest) -> HttpResponse:
    site, by = request.site, request.user
    form = SiteForm(request.POST or None, site=site)
    around = EntryPage(
        heading=site.name,
        button=_("Save site"),
        saved=_("Site saved"),
        goes_to=reverse("site"),
        template="site/site.html",
        area="site",
        context=lambda: {
            "steps": record().first_run(site, by),
            "changes": staff_trail.of_site(site),
        },
    )
    return enter(request, form, around, lambda: actions.amend_site(by, site, form.details()))
