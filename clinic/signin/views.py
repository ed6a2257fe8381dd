"""Signing in and out, where a person lands, and choosing the site."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from allauth.account.forms import LoginForm
from allauth.mfa.base import views as mfa_views
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn import views as webauthn_views
from crispy_forms.helper import FormHelper
from django.conf import settings
from django.contrib.auth import views as auth_views
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic import access
from clinic.access import Permission
from clinic.middleware import CurrentSite
from clinic.models import Membership


class SignInForm(LoginForm):
    """User name and password, checked and counted by the sign-in library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.error_messages["required"] = _("Enter this.")
        self.helper = plain_helper()


class CodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.pop("placeholder", None)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.fields["code"].error_messages["required"] = _("Enter this.")
        self.helper = plain_helper()


def plain_helper() -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class _SignIn(account_views.LoginView):
    form_class = SignInForm
    template_name = "signin/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = _demo_accounts() if settings.CLINIC_DEMO else []
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {
            "demo_accounts": demo,
            "demo_password": settings.CLINIC_DEMO_PASSWORD,
            "next": self.request.GET.get("next", ""),
            "site": None,
        }


class _SecondStep(mfa_views.AuthenticateView):
    """A code of the app or a recovery code, or a passkey, after the password."""

    form_class = CodeForm
    template_name = "signin/second_step.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {"site": None}


def _demo_accounts() -> list[Membership]:
    return list(
        Membership.objects.filter(staff__is_active=True, ends_at=None)
        .select_related("staff", "site")
        .order_by("site__name", "role", "staff__username")
    )


sign_in = access.public(require_http_methods(["GET", "POST"])(_SignIn.as_view()))
second_step = access.public(
    sensitive_post_parameters("code")(require_http_methods(["GET", "POST"])(_SecondStep.as_view()))
)
passkey_sign_in = access.public(
    require_http_methods(["GET", "POST"])(webauthn_views.LoginWebAuthnView.as_view())
)
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
