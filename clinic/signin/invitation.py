"""The page behind a one-time link: a person who was invited chooses a password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from crispy_forms.helper import FormHelper
from django.contrib import messages
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clinic import staffing
from clinic.actions import accept_invitation
from clinic.models import Staff
from clinic.pages import protect
from clinic.pages.submit import attempt, status_of
from clinic.pages.unfilled import Unfilled
from clinic.refusal import Refused
from clinic.request import PublicRequest

if TYPE_CHECKING:
    _SetPasswordForm = SetPasswordForm[Staff]
else:
    _SetPasswordForm = SetPasswordForm


class PasswordForm(Unfilled, _SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


@protect.public
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: PublicRequest, staff_id: UUID, token: str) -> HttpResponse:
    """A link that no longer stands says so, whatever the reason."""
    staff = staffing.invited(staff_id, token)
    if staff is None:
        return render(request, "signin/link_ended.html", status=404)
    form = PasswordForm(staff, request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            password = form.cleaned_data["new_password1"]
            accepted = attempt(form, lambda: accept_invitation(staff_id, token, password))
        except Refused:
            return render(request, "signin/link_ended.html", status=404)
        if accepted:
            messages.success(request, _("Your password is set. Sign in with it."))
            return redirect("account_login")
    context = {"form": form, "person": staff}
    return render(request, "signin/invitation.html", context, status=status_of(form))
