"""Who works at the site: roles, invitations, deactivation, with the trail of each change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import staffing
from clinic.access import Permission, page
from clinic.models import Membership, Site, Staff
from monitoring.models import TrailEntry
from monitoring.web.entry_page import EntryForm, show
from monitoring.web.lookup import site_of, staff_of
from monitoring.web.staffing_form import done, pressed

ENTRIES = 50
VERBS = {
    "add_person": gettext_lazy("Added"),
    "change_person": gettext_lazy("Changed"),
    "change_password": gettext_lazy("Password changed, or taken away for a new link"),
    "deactivate_person": gettext_lazy("Deactivated"),
    "reactivate_person": gettext_lazy("Reactivated"),
    "grant_role": gettext_lazy("Role given"),
    "withdraw_role": gettext_lazy("Role taken"),
    "sign_in": gettext_lazy("Signed in"),
    "sign_out": gettext_lazy("Signed out"),
    "sign_in_failed": gettext_lazy("Tried to sign in with a wrong password"),
    "sign_failed": gettext_lazy("Tried to sign a clearance with a wrong password"),
    "publish_protocol": gettext_lazy("Published a protocol"),
    "adopt": gettext_lazy("Taken over as it stood when the trail began"),
}


class _Roles(forms.MultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            choices=Membership.Role.choices,
            label=gettext_lazy("Roles at this site"),
            widget=forms.CheckboxSelectMultiple,
        )


class InvitationForm(EntryForm):
    first_name = forms.CharField(max_length=150, label=gettext_lazy("Given name"))
    last_name = forms.CharField(max_length=150, label=gettext_lazy("Family name"))
    credentials = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("Credentials"),
        help_text=gettext_lazy("as signed, such as RN or MD"),
    )
    username = forms.CharField(
        max_length=150, label=gettext_lazy("User name"), validators=[UnicodeUsernameValidator()]
    )
    roles = _Roles()

    def layout(self) -> Layout:
        names = [n for n in self.fields if n not in {"id", "roles"}]
        return Layout("id", Div(*map(self.rendered, names), css_class="grid-2"), "roles")


class RolesForm(EntryForm):
    roles = _Roles()


@require_safe
@page(Permission.MANAGE_STAFF)
def staff_list(request: HttpRequest) -> HttpResponse:
    site = site_of(request)
    people = (
        Staff.objects.filter(memberships__site=site).distinct().prefetch_related(_roles_at(site))
    )
    found = [(person, status_of(person)) for person in people]
    return render(request, "staff/list.html", {"people": found, "area": "staff"})


def _roles_at(site: Site) -> Prefetch[Any]:
    return Prefetch("memberships", Membership.objects.filter(site=site), to_attr="roles_here")


def status_of(person: Staff) -> tuple[str, str]:
    """The state of a person's account, as a kind and in words."""
    if not person.is_active:
        return "missed", _("Deactivated")
    if not person.has_usable_password():
        return "waiting", _("Invited, no password yet")
    return "done", _("Active")


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_STAFF)
def invite(request: HttpRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if form.is_bound and form.is_valid():
        data = {k: v for k, v in form.cleaned_data.items() if k != "id"}
        made = done(form, lambda: staffing.invite(staff_of(request), site_of(request), **data))
        if made:
            return _with_link(request, made)
    context = {
        "heading": _("Invite a person"),
        "submit": _("Invite"),
        "back": reverse("staff-list"),
        "area": "staff",
    }
    return show(request, "form_page.html", form, context)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_STAFF)
def person(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    form = RolesForm(request.POST or None)
    if form.is_bound and form.is_valid():
        by, site, roles = staff_of(request), site_of(request), form.cleaned_data["roles"]
        if done(form, lambda: staffing.set_roles(by, site, staff_id, roles=roles)):
            messages.success(request, _("Roles saved"))
            return redirect("person", staff_id)
    return _show(request, staff_id, form)


def _show(request: HttpRequest, staff_id: UUID, form: RolesForm, link: str = "") -> HttpResponse:
    """One person of the site; `link` is shown this once and kept nowhere."""
    site = site_of(request)
    people = Staff.objects.filter(memberships__site=site).distinct()
    found = people.prefetch_related(_roles_at(site)).filter(pk=staff_id).first()
    if found is None:
        raise Http404
    here: list[Membership] = found.roles_here  # type: ignore[attr-defined]
    form.initial["roles"] = [m.role for m in here]
    told = TrailEntry.objects.filter(chain=staff_id).select_related("actor").order_by("-seq")
    context = {
        "person": found,
        "status": status_of(found),
        "heading": found.printed_name,
        "submit": _("Save roles"),
        "back": reverse("staff-list"),
        "link": link,
        "entries": [(entry, VERBS.get(entry.verb, entry.verb)) for entry in told[:ENTRIES]],
        "is_oneself": found.pk == staff_of(request).pk,
        "area": "staff",
    }
    return show(request, "staff/person.html", form, context)


@require_POST
@page(Permission.MANAGE_STAFF)
def deactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, staffing.deactivate, _("Deactivated and signed out"))


@require_POST
@page(Permission.MANAGE_STAFF)
def reactivate(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, staffing.reactivate, _("Reactivated"))


@require_POST
@page(Permission.MANAGE_STAFF)
def renew_link(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, staffing.renew_link, "")


def _change(
    request: HttpRequest, staff_id: UUID, change: Callable[..., Staff], words: str
) -> HttpResponse:
    """Do it and go back to the person; a link is shown there when it has no words of its own."""
    made = pressed(request, lambda: change(staff_of(request), site_of(request), staff_id))
    if made and not words:
        return _with_link(request, made)
    if made:
        messages.success(request, words)
    return redirect("person", staff_id)


def _with_link(request: HttpRequest, person: Staff) -> HttpResponse:
    path = reverse("invitation", args=staffing.link_of(person))
    return _show(request, person.pk, RolesForm(), request.build_absolute_uri(path))
