"""Who works at the site: roles, invitations, deactivation, with the trail of each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from crispy_forms.layout import Div, Layout
from django import forms
from django.contrib import messages
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import actions, emergency, proposals, staffing
from clinic.access import NEED_SECOND_FACTOR, Permission
from clinic.actions import NewPerson
from clinic.ids import uuid7
from clinic.models import Membership, Site, Staff
from clinic.pages import protect
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, enter, render_form
from clinic.pages.fields import YesNo
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.pages.unfilled import Unfilled
from clinic.request import ClinicRequest, SignedInRequest
from clinic.web import staff_trail
from clinic.web.organisation_form import OrganisationForm, submit_button

FACTORS = {
    Authenticator.Type.TOTP: gettext_lazy("authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("passkey"),
}
"""Recovery codes are the way back to a second factor, and none by themselves."""

LATEST_VISITS = 20


class _Roles(forms.MultipleChoiceField):
    def __init__(self) -> None:
        super().__init__(
            required=False,
            choices=[(role.value, role.label) for role in staffing.WORKING],
            label=gettext_lazy("Roles at this site"),
            widget=forms.CheckboxSelectMultiple,
        )


class InvitationForm(OrganisationForm):
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
    phone = forms.CharField(required=False, max_length=40, label=gettext_lazy("Telephone"))
    email = forms.EmailField(required=False, max_length=254, label=gettext_lazy("E-mail"))
    roles = _Roles()

    def layout(self) -> Layout:
        names = [n for n in self.fields if n not in {"id", "roles"}]
        return Layout("id", Div(*map(self.rendered, names), css_class="grid-2"), "roles")


class RolesForm(OrganisationForm):
    roles = _Roles()


class ContactForm(OrganisationForm):
    phone = forms.CharField(required=False, max_length=40, label=gettext_lazy("Telephone"))
    email = forms.EmailField(required=False, max_length=254, label=gettext_lazy("E-mail"))

    def __init__(self, *args: Any, person: Staff, **kwargs: Any) -> None:
        shown = {"id": uuid7(), "phone": person.phone, "email": person.email}
        super().__init__(*args, initial=shown, **kwargs)

    @property
    def given(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("phone", "email")}


class RuleForm(Unfilled):
    needed = YesNo(
        label=gettext_lazy("Administrators and clinicians need a second factor at this site")
    )


@require_safe
@page(Permission.VIEW_STAFF)
def staff_list(request: ClinicRequest) -> HttpResponse:
    site = request.site
    rule = RuleForm(initial={"needed": "yes" if site.requires_second_factor else "no"})
    people = list(staffing.people(site).prefetch_related(_roles_at(site)))
    factors = _factors(people)
    context = {
        "rule": rule,
        "people": [(p, status_of(p), _factor_status(p, factors[p.pk], site)) for p in people],
        "visits": emergency.visits(site),
        "over": emergency.over(site)[:LATEST_VISITS],
        "proposals": proposals.open_at(site),
        "to_review": emergency.to_review(site).count(),
        "changes": staff_trail.of_site(site),
        "area": "staff",
    }
    return render(request, "staff/list.html", context)


@require_POST
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def second_factor_rule(request: ClinicRequest) -> HttpResponse:
    form = RuleForm(request.POST)
    needed = form.cleaned_data["needed"] if form.is_valid() else None
    if needed is None:
        messages.error(request, _("Choose yes or no."))
        return redirect("staff-list")
    by, site = request.user, request.site
    submit_button(request, lambda: actions.require_second_factor(by, site, is_required=needed))
    words = _("A second factor is needed") if needed else _("No second factor is needed")
    messages.success(request, words)
    return redirect("staff-list")


def _roles_at(site: Site) -> Prefetch[Any]:
    here = Membership.objects.filter(site=site, role__in=staffing.WORKING)
    return Prefetch("memberships", here, to_attr="roles_here")


def _factors(people: Iterable[Staff]) -> dict[UUID, list[str]]:
    """By person the kinds of second factor that they have, each once, in one query."""
    found: dict[UUID, list[str]] = {p.pk: [] for p in people}
    rows = Authenticator.objects.filter(user__in=found, type__in=list(FACTORS))
    for staff_id, kind in rows.order_by("type").values_list("user", "type").distinct():
        found[staff_id].append(str(FACTORS[kind]))
    return found


def _roles_here(person: Staff) -> list[Membership]:
    """As `_roles_at` loaded them."""
    found: list[Membership] = vars(person)["roles_here"]
    return found


def _factor_status(person: Staff, factors: list[str], site: Site) -> tuple[str, str]:
    """What the person has, or whether it is missing, as a kind and in words."""
    if factors:
        return "done", ", ".join(factors)
    roles = {m.role for m in _roles_here(person)}
    if site.requires_second_factor and not NEED_SECOND_FACTOR.isdisjoint(roles):
        return "waiting", _("none yet, needed")
    return "closed", _("none")


def status_of(person: Staff) -> tuple[str, str]:
    """The state of a person's account, as a kind and in words."""
    if not person.is_active:
        return "missed", _("Deactivated")
    if not person.has_usable_password():
        return "waiting", _("Invited, no password yet")
    return "done", _("Active")


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def invite(request: ClinicRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if made := submit(form, lambda: _invite(request, form)):
        return _with_link(request, made)
    around = EntryPage(
        heading=_("Invite a person"), button=_("Invite"), back=reverse("staff-list"), area="staff"
    )
    return render_form(request, form, around)


def _invite(request: ClinicRequest, form: InvitationForm) -> Staff:
    data = {k: v for k, v in form.cleaned_data.items() if k != "id"}
    roles, by, site = data.pop("roles"), request.user, request.site
    new = NewPerson(**data)
    return actions.invite_person(by, site, new, roles=roles)


@require_safe
@page(Permission.VIEW_STAFF)
def person(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    return _show(request, staff_id, RolesForm())


@require_POST
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def change_roles(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    by, site, form = request.user, request.site, RolesForm(request.POST)
    if submit(
        form, lambda: actions.change_roles(by, site, staff_id, roles=form.cleaned_data["roles"])
    ):
        messages.success(request, _roles_saved(site, staff_id, form.cleaned_data["roles"]))
        return redirect("person", staff_id)
    return _show(request, staff_id, form)


def _roles_saved(site: Site, staff_id: UUID, roles: Iterable[str]) -> str:
    """Says so, too, where a role is only proposed."""
    waiting = proposals.open_at(site).filter(staff=staff_id, role__in=list(roles))
    if waiting.exists():
        return _("Roles saved, except what waits to be confirmed")
    return _("Roles saved")


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_STAFF)
def contact(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    """Where a person of the site is reached."""
    by, site = request.user, request.site
    found = staffing.people(site).filter(pk=staff_id).first()
    if found is None:
        raise Http404
    form = ContactForm(request.POST or None, person=found)
    around = _contact_page(found, reverse("person", args=[staff_id]))
    return enter(
        request, form, around, lambda: actions.amend_contact(by, site, staff_id, **form.given)
    )


@protect.signed_in
@require_http_methods(["GET", "POST"])
def own_contact(request: SignedInRequest) -> HttpResponse:
    """Where one is reached oneself."""
    by = request.user
    form = ContactForm(request.POST or None, person=by)
    around = _contact_page(by, reverse("mfa_index"))
    return enter(request, form, around, lambda: actions.amend_own_contact(by, **form.given))


def _contact_page(person: Staff, back: str) -> EntryPage:
    return EntryPage(
        heading=_("Telephone and e-mail of %(name)s") % {"name": person.printed_name},
        button=_("Save"),
        saved=_("Telephone and e-mail saved"),
        back=back,
        area="staff",
    )


def _show(request: ClinicRequest, staff_id: UUID, form: RolesForm, link: str = "") -> HttpResponse:
    """One person of the site; `link` is shown this once and kept nowhere."""
    site = request.site
    found = staffing.people(site).prefetch_related(_roles_at(site)).filter(pk=staff_id).first()
    if found is None:
        raise Http404
    form.initial["roles"] = [m.role for m in _roles_here(found)]
    is_guarded = proposals.is_guarded(found)
    own = {
        "person": found,
        "status": status_of(found),
        "link": link,
        "factor": _factor_status(found, _factors([found])[found.pk], site),
        "entries": staff_trail.of_person(staff_id, site),
        "proposals": proposals.open_at(site).filter(staff=found),
        "is_guarded": is_guarded,
        "is_lost": is_guarded and proposals.is_open_to_a_link(found),
        "is_oneself": found.pk == request.user.pk,
    }
    around = EntryPage(
        heading=found.printed_name,
        button=_("Save roles"),
        back=reverse("staff-list"),
        template="staff/person.html",
        area="staff",
        context=lambda: own,
    )
    return render_form(request, form, around)


@require_POST
@page(Permission.MANAGE_STAFF)
def deactivate(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, actions.deactivate_person, _("Deactivated and signed out"))


@require_POST
@page(Permission.MANAGE_STAFF)
def reactivate(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, actions.reactivate_person, _("Reactivated"))


@require_POST
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def renew_link(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    return _change(request, staff_id, actions.renew_link, "")


@require_POST
@page(Permission.MANAGE_STAFF)
@protect.confirmed
def new_sign_in(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    words = _("Proposed. It is done once it is confirmed.")
    return _change(request, staff_id, actions.propose_new_sign_in, words)


def _change(
    request: ClinicRequest, staff_id: UUID, change: Callable[..., Staff], words: str
) -> HttpResponse:
    """Do it and go back to the person; a link is shown there when it has no words of its own."""
    made = submit_button(request, lambda: change(request.user, request.site, staff_id))
    if made and not words:
        return _with_link(request, made)
    if made:
        messages.success(request, words)
    return redirect("person", staff_id)


def _with_link(request: ClinicRequest, person: Staff) -> HttpResponse:
    path = reverse("invitation", args=staffing.link_of(person))
    return _show(request, person.pk, RolesForm(), request.build_absolute_uri(path))
