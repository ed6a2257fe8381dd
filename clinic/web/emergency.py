"""Emergency access to another site: entered with a reason, announced there, ended early or by
itself."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import actions, emergency
from clinic.access import Permission
from clinic.middleware import CurrentSite
from clinic.models import Membership, Site
from clinic.pages import moments, protect
from clinic.pages.addresses import reverse
from clinic.pages.entry_page import EntryPage, enter, render_form
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest, SignedInRequest
from clinic.signin import limits
from clinic.web.organisation_form import OrganisationForm, submit_button


class EmergencyForm(OrganisationForm):
    site = forms.ModelChoiceField(
        queryset=Site.objects.none(),
        label=gettext_lazy("Site"),
        empty_label=gettext_lazy("Choose"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the sites.")},
    )
    reason = forms.CharField(
        max_length=emergency.REASON_LENGTH,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "everyone at that site sees this, and it stays in the log; name no patient"
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@page(Permission.ENTER_IN_EMERGENCY)
def enter_site(request: ClinicRequest) -> HttpResponse:
    sites = emergency.sites_to_enter(request.user)
    form = EmergencyForm(request.POST or None, sites=sites)
    if form.is_bound and form.is_valid() and (visit := _entered(request, form)):
        request.session[CurrentSite.SESSION_KEY] = str(visit.site_id)
        return redirect("board")
    around = EntryPage(
        heading=_("Emergency access to another site"),
        button=_("Enter, and tell that site"),
        back=reverse("board"),
        template="emergency/enter.html",
        context=lambda: {
            "summary_heading": _("You are not in yet"),
            "minutes": int(emergency.VISIT_LENGTH.total_seconds() // 60),
            "has_sites": sites.exists(),
        },
    )
    return render_form(request, form, around)


def _entered(request: ClinicRequest, form: EmergencyForm) -> Membership | None:
    """The visit, or None with what stands in its way; wrong passwords are limited. An attempt is
    counted before it is made, so that many at once do not exceed the limit, and taken off the
    count again when there was none."""
    by, data = request.user, form.cleaned_data
    counted = limits.consume(request, action="emergency", user=by)
    if counted is None:
        words = _("Too many wrong attempts. Wait a few minutes, then try again.")
        form.add_error("password", words)
        return None
    visit = submit(
        form,
        lambda: actions.enter_emergency(
            by, data["site"], reason=data["reason"], password=data["password"]
        ),
    )
    if "password" not in form.errors:
        counted.rollback()
    return visit


class ReviewForm(OrganisationForm):
    keeps_draft = True

    words = forms.CharField(
        max_length=emergency.REASON_LENGTH,
        label=gettext_lazy("What you found"),
        help_text=gettext_lazy("stays in the log; name no patient"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@require_safe
@page(Permission.REVIEW_VISIT)
def visit_list(request: ClinicRequest) -> HttpResponse:
    """Visits that are over and that someone of the site has to look at."""
    context = {"visits": emergency.to_review(request.site), "area": "staff"}
    return render(request, "emergency/visit_list.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.REVIEW_VISIT)
def review(request: ClinicRequest, visit_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    visit = emergency.to_review(site).filter(pk=visit_id).first()
    if visit is None:
        raise Http404
    form = ReviewForm(request.POST or None)
    around = EntryPage(
        heading=_("Review an emergency access"),
        button=_("Save review"),
        saved=_("Review saved"),
        back=reverse("visit-list"),
        template="emergency/review.html",
        area="staff",
        context=lambda: {"reviewed": visit},
    )
    return enter(
        request,
        form,
        around,
        lambda: actions.review_emergency(by, site, visit_id, words=form.cleaned_data["words"]),
    )


@require_POST
@protect.signed_in
def leave(request: SignedInRequest) -> HttpResponse:
    """Go home before the time is over."""
    site = request.site
    if site is not None:
        submit_button(request, lambda: actions.leave_emergency(request.user, site))
    request.session.pop(CurrentSite.SESSION_KEY, None)
    return redirect("home")


@require_POST
@page(Permission.MANAGE_STAFF)
def end(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    visit = submit_button(request, lambda: actions.end_emergency(by, site, staff_id))
    if visit and visit.ends_at:
        words = _("Emergency access ended at %(at)s")
        messages.success(request, words % {"at": moments.clock(visit.ends_at)})
    return redirect("staff-list")
