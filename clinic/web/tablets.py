"""The shared tablets of the site: enrolled, revoked, with the trail of each change."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import actions, shift, tablets
from clinic.access import Permission
from clinic.models import Tablet
from clinic.pages import protect
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, render_form
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from clinic.signin import arrival
from clinic.web import staff_trail
from clinic.web.organisation_form import OrganisationForm, submit_button


class TabletForm(OrganisationForm):
    name = forms.CharField(
        max_length=60,
        label=gettext_lazy("Name of the tablet"),
        help_text=gettext_lazy("as people call it, such as Room 2 or Nurses' station"),
    )


@require_safe
@page(Permission.VIEW_STAFF)
def tablet_list(request: ClinicRequest) -> HttpResponse:
    """Those in use first; who is on shift is who may come back there with a PIN."""
    site = request.site
    on_shift = defaultdict(list)
    for open_shift in shift.open_at(site):
        on_shift[open_shift.tablet_id].append(open_shift.staff.printed_name)
    enrolled = Tablet.objects.filter(site=site).select_related("enrolled_by", "revoked_by")
    found = sorted(enrolled, key=lambda t: (t.revoked_at is not None, t.name))
    context = {
        "tablets": [(t, on_shift[t.pk]) for t in found],
        "entries": staff_trail.of_site(site, staff_trail.OF_TABLETS),
        "area": "staff",
    }
    return render(request, "tablets/list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_TABLETS)
@protect.confirmed
def enrol(request: ClinicRequest) -> HttpResponse:
    """Makes a tablet of the browser that this page is opened in."""
    here: Tablet | None = request.tablet
    form = TabletForm(request.POST or None)
    made = None if here else submit(form, lambda: _enrol(request, form))
    if made is not None:
        return _enrolled(request, made)
    around = EntryPage(
        heading=_("Enrol this tablet"),
        button=_("Enrol this tablet"),
        back=reverse("tablet-list"),
        template="tablets/enrol.html",
        area="staff",
    )
    return render_form(request, form, around)


def _enrol(request: ClinicRequest, form: TabletForm) -> Tablet:
    name, device = form.cleaned_data["name"], request.device
    return actions.enrol_tablet(request.user, request.site, name=name, device=device)


def _enrolled(request: ClinicRequest, tablet: Tablet) -> HttpResponse:
    """From now on whoever signs in here is signed in on this tablet: the administrator first."""
    request.session[arrival.TABLET] = str(tablet.pk)
    messages.success(request, _("%(name)s is enrolled: this browser.") % {"name": tablet.name})
    response = redirect("tablet-list")
    tablets.remember(response, tablet)
    return response


@require_POST
@page(Permission.MANAGE_TABLETS)
def revoke(request: ClinicRequest, tablet_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    revoked = submit_button(request, lambda: actions.revoke_tablet(by, site, tablet_id))
    if revoked is not None:
        words = _("%(name)s is revoked: everyone is signed out there.") % {"name": revoked.name}
        messages.success(request, words)
    return redirect("tablet-list")
