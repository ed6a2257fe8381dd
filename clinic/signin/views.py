"""Signing in and out, where a person lands, and choosing the site."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from clinic import access
from clinic.access import Permission
from clinic.middleware import CurrentSite
from clinic.models import Membership


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("This user name and password do not belong together."),
        "inactive": _("This user name and password do not belong together."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.form_show_errors = True


class _SignIn(auth_views.LoginView):
    form_class = SignInForm
    template_name = "signin/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = _demo_accounts() if settings.CLINIC_DEMO else []
        return super().get_context_data(
            demo_accounts=demo, demo_password=settings.CLINIC_DEMO_PASSWORD, **kwargs
        )


def _demo_accounts() -> list[Membership]:
    return list(
        Membership.objects.filter(staff__is_active=True)
        .select_related("staff", "site")
        .order_by("site__name", "role", "staff__username")
    )


sign_in = access.public(sensitive_post_parameters("password")(_SignIn.as_view()))
sign_out = access.public(require_POST(auth_views.LogoutView.as_view()))


@access.signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Where a person's work begins: the board, or the register for those who review."""
    permissions = request.permissions  # type: ignore[attr-defined]
    if Permission.VIEW_BOARD in permissions:
        return redirect("board")
    if Permission.VIEW_REGISTER in permissions:
        return redirect("session-list")
    return render(request, "signin/no_role.html", status=403)


@access.signed_in
@require_POST
def switch_site(request: HttpRequest) -> HttpResponse:
    """Work at another of one's own sites."""
    chosen = request.POST.get("site", "")
    if chosen not in {str(s.pk) for s in request.sites}:  # type: ignore[attr-defined]
        raise Http404
    request.session[CurrentSite.SESSION_KEY] = chosen
    return redirect("home")
