"""Signing in and out, where a person lands, and choosing the site."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from clinic.access import Permission
from clinic.actions.sessions import work_at
from clinic.middleware import CurrentSite
from clinic.pages import protect
from clinic.pages.submit import attempt, status_of
from clinic.request import SignedInRequest
from clinic.signin import challenge
from clinic.signin.adapter import MISMATCH, PASSKEY_REFUSED, back_to_sign_in, next_page
from clinic.signin.forms import CodeForm, PasskeySignInForm, PasskeyStepForm, SignInForm
from clinic.signin.library import PASSKEY_CHALLENGE
from clinic.signin.recorded import NOT_RECORDED, is_recorded


class RefusedForm:
    """A refused form answers 422, as on every page here, and so does one that the database did
    not take."""

    def form_valid(self, form: Any) -> HttpResponse:
        view: Any = super()
        answer: HttpResponse | None = attempt(form, partial(view.form_valid, form))
        return self.form_invalid(form) if answer is None else answer

    def form_invalid(self, form: Any) -> HttpResponse:
        view: Any = super()
        answer: HttpResponse = view.form_invalid(form)
        answer.status_code = status_of(form)
        return answer


class _SignIn(RefusedForm, account_views.LoginView):
    form_class = SignInForm
    template_name = "signin/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = import_string(settings.CLINIC_DEMO_ACCOUNTS)() if settings.CLINIC_DEMO else []
        found: dict[str, Any] = super().get_context_data(**kwargs)
        return found | {
            "demo_accounts": demo,
            "demo_password": settings.CLINIC_DEMO_PASSWORD,
            "next": self.get_next_url() or "",
            "site": None,
        }


class _SecondStep(RefusedForm, mfa_views.AuthenticateView):
    """A code of the app or a recovery code, or a passkey, after the password."""

    form_class = CodeForm
    webauthn_form_class = PasskeyStepForm
    template_name = "signin/second_step.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "again" in request.POST:
            return self._start_again()
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Stops a person who was deactivated since the password, or whose rows were changed."""
        staff = self.stage.login.user
        if not staff.is_active or not is_recorded(staff):
            words = NOT_RECORDED if staff.is_active else MISMATCH
            messages.error(self.request, str(words))
            return self._start_again()
        answer: HttpResponse = super().form_valid(form)
        return answer

    def _start_again(self) -> HttpResponse:
        asked = self.stage.login.redirect_url
        self.stage.abort()
        return redirect_to_login(asked) if asked else redirect("account_login")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**kwargs)
        types = Authenticator.objects.filter(user=self.stage.login.user)
        held = set(types.values_list("type", flat=True))
        return found | {
            "site": None,
            "has_app": Authenticator.Type.TOTP in held,
            "has_passkey": Authenticator.Type.WEBAUTHN in held,
            "options": found["js_data"]["request_options"],
        }


class _PasskeySignIn(webauthn_views.LoginWebAuthnView):
    """The challenge, asked for by a script; and the passkey's answer to it."""

    form_class = PasskeySignInForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The challenge goes with the browser: strangers make no rows of sessions."""
        answer: HttpResponse = super().get(request, *args, **kwargs)
        if asked := request.session.pop(PASSKEY_CHALLENGE, None):
            challenge.give(answer, asked)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if asked := challenge.take(request):
            request.session[PASSKEY_CHALLENGE] = asked
        answer: HttpResponse = super().post(request, *args, **kwargs)
        request.session.pop(PASSKEY_CHALLENGE, None)
        challenge.forget(answer)
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        messages.error(self.request, str(PASSKEY_REFUSED))
        return back_to_sign_in(self.request)


sign_in = protect.public(require_http_methods(["GET", "POST"])(_SignIn.as_view()))
second_step = protect.public(
    sensitive_post_parameters("code")(require_http_methods(["GET", "POST"])(_SecondStep.as_view()))
)
passkey_sign_in = protect.public(require_http_methods(["GET", "POST"])(_PasskeySignIn.as_view()))
# All of it or nothing: what cannot be written is kept as a whole (`clinic.signin.leaving`).
sign_out = protect.public(require_POST(transaction.atomic(auth_views.LogoutView.as_view())))


@protect.signed_in
def home(request: SignedInRequest) -> HttpResponse:
    """Where a person's work begins: the board, or the register for those who review."""
    permissions = request.permissions
    if Permission.VIEW_BOARD in permissions:
        return redirect("board")
    if Permission.VIEW_REGISTER in permissions:
        return redirect("session-list")
    return render(request, "signin/no_role.html", status=403)


@protect.signed_in
@require_POST
def switch_site(request: SignedInRequest) -> HttpResponse:
    """Work at another of one's own sites from now on, and go on to the page that was asked for
    there."""
    chosen = request.POST.get("site", "")
    if chosen not in {str(s.pk) for s in request.sites}:
        raise Http404
    request.session[CurrentSite.SESSION_KEY] = chosen
    work_at(request.user, UUID(chosen))
    return redirect(next_page(request))
