"""What a person looks for again and again in the register: saved under a name, renamed, deleted."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from clinic import actions
from clinic.access import Permission
from clinic.ids import uuid7
from clinic.models import SavedView
from clinic.pages.entry_page import EntryPage, enter
from clinic.pages.protect import page
from clinic.refusal import refuse
from clinic.request import ClinicRequest
from clinic.web.organisation_form import OrganisationForm, submit_button
from monitoring.models import Session
from monitoring.web.review.register_filter import Register


class ViewForm(OrganisationForm):
    name = forms.CharField(
        max_length=SavedView.NAME_LENGTH,
        label=gettext_lazy("Name of this view"),
        help_text=gettext_lazy(
            "as it stands on its button; it stays in the log, so name no patient"
        ),
    )


def chosen(request: ClinicRequest, query: QueryDict) -> Register:
    """The register of the site, filtered and ordered as `query` says."""
    here = Session.objects.at(request.site)
    return Register(query or None, queryset=here, request=request, site=request.site)


def of(request: ClinicRequest) -> list[SavedView]:
    """Those of the person at the site, by name."""
    return list(SavedView.objects.filter(staff=request.user, site=request.site))


@require_http_methods(["GET", "POST"])
@page(Permission.VIEW_REGISTER)
def save(request: ClinicRequest) -> HttpResponse:
    """The address has the filter and order that the register showed."""
    by, site, asked = request.user, request.site, chosen(request, request.GET)
    form, register = ViewForm(request.POST or None), _register(asked.query)
    around = EntryPage(
        heading=_("Save this view"),
        button=_("Save view"),
        saved=_("View saved"),
        back=register,
        template="register/view.html",
        area="register",
        context=lambda: {"filter": asked},
    )

    def saved() -> SavedView:
        if asked.is_wrong:
            raise refuse("view_wrong")
        data = form.cleaned_data
        return actions.save_view(by, site, id=data["id"], name=data["name"], query=asked.query)

    return enter(request, form, around, saved)


@require_http_methods(["GET", "POST"])
@page(Permission.VIEW_REGISTER)
def change(request: ClinicRequest, view_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    view = next((view for view in of(request) if view.pk == view_id), None)
    if view is None:
        raise Http404
    form = ViewForm(request.POST or None, initial={"id": uuid7(), "name": view.name})
    around = EntryPage(
        heading=_("View “%(name)s”") % {"name": view.name},
        button=_("Rename"),
        saved=_("View renamed"),
        back=_register(view.query),
        template="register/view.html",
        area="register",
        context=lambda: {"filter": chosen(request, QueryDict(view.query)), "view": view},
    )
    return enter(
        request,
        form,
        around,
        lambda: actions.rename_view(by, site, view_id, name=form.cleaned_data["name"]),
    )


@require_POST
@page(Permission.VIEW_REGISTER)
def delete(request: ClinicRequest, view_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    name = submit_button(request, lambda: actions.delete_view(by, site, view_id))
    if name:
        messages.success(request, _("View “%(name)s” deleted") % {"name": name})
    return redirect("session-list")


def _register(query: str) -> str:
    return f"{reverse('session-list')}?{query}" if query else reverse("session-list")
