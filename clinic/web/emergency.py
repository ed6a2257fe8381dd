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
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import actions, emergency
from clinic.access import Permission
from clinic.middleware import CurrentSite
from clinic.models import Membership, Site
from clinic.pages import protect
from clinic.pages.entry_form import EntryForm
from clinic.pages.protect import page
from clinic.request import ClinicRequest, SignedInRequest
from clinic.signin.library import ratelimit
from clinic.web.staffing_form import done, pressed, show


class EmergencyForm(EntryForm):
    keeps_draft = False

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
def enter(request: ClinicRequest) -> HttpResponse:
    sites = emergency.sites_to_enter(request.user)
    form = EmergencyForm(request.POST or None, sites=sites)
    if form.is_bound and form.is_valid():
        visit = _entered(request, form)
        if visit:
            request.session[CurrentSite.SESSION_KEY] = str(visit.site_id)
            return redirect("board")
    context = {
        "heading": _("Emergency access to another site"),
        "submit": _("Enter, and inform that site"),
        "back": reverse("board"),
        "summary_heading": _("You are not in yet"),
        "minutes": int(emergency.LASTS.total_seconds() // 60),
        "has_sites": sites.exists(),
    }
    return show(request, "emergency/enter.html", form, context)


def _entered(request: ClinicRequest, form: EmergencyForm) -> Membership | None:
    """The visit, or None with what stands in its way; wrong passwords are limited. An attempt is
    counted before it is made, so that many at once do not exceed the limit, and taken off the
    count again when there was none."""
    by, data = request.user, form.cleaned_data
    counted = ratelimit.consume(request, app="allauth.account", action="emergency", user=by)
    if counted is None:
        words = _("Too many wrong attempts. Wait a few minutes, then try again.")
        form.add_error("password", words)
        return None
    visit = done(
        form,
        lambda: actions.enter_emergency(
            by, data["site"], reason=data["reason"], password=data["password"]
        ),
    )
    if "password" not in form.errors:
        counted.rollback()
    return visit


class ReviewForm(EntryForm):
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
    if form.is_bound and form.is_valid():
        words = form.cleaned_data["words"]
        if done(form, lambda: actions.review_emergency(by, site, visit_id, words=words)):
            messages.success(request, _("Review saved"))
            return redirect("visit-list")
    context = {
        "heading": _("Review an emergency access"),
        "submit": _("Save review"),
        "back": reverse("visit-list"),
        "reviewed": visit,
        "area": "staff",
    }
    return show(request, "emergency/review.html", form, context)


@require_POST
@protect.signed_in
def leave(request: SignedInRequest) -> HttpResponse:
    """Go home before the time is over."""
    site = request.site
    if site is not None:
        pressed(request, lambda: actions.leave_emergency(request.user, site))
    request.session.pop(CurrentSite.SESSION_KEY, None)
    return redirect("home")


@require_POST
@page(Permission.MANAGE_STAFF)
def end(request: ClinicRequest, staff_id: UUID) -> HttpResponse:
    by, site = request.user, request.site
    visit = pressed(request, lambda: actions.end_emergency(by, site, staff_id))
    if visit and visit.ends_at:
        at = timezone.localtime(visit.ends_at).strftime("%H:%M")
        messages.success(request, _("Emergency access ended at %(at)s") % {"at": at})
    return redirect("staff-list")
