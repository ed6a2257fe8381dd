"""Every address of the product. Names that begin with `account_` or `mfa_` are those by which the
sign-in library finds its pages."""

from __future__ import annotations

from django.urls import include, path

from clinic.signin import account, invitation, views
from clinic.web import offline, well_known

urlpatterns = [
    # Searched in this order: what a tablet asks for every few seconds stands first.
    path("", include("monitoring.web.urls")),
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-in/code/", views.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", views.passkey_sign_in, name="mfa_login_webauthn"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("invitation/<uuid:staff_id>/<str:token>/", invitation.invitation, name="invitation"),
    path("account/", account.account, name="mfa_index"),
    path("account/confirm/", account.confirm, name="account_reauthenticate"),
    path("account/password/", account.change_password, name="account_change_password"),
    path("account/pin/", account.pin, name="account-pin"),
    path("account/app/", account.add_app, name="mfa_activate_totp"),
    path("account/app/remove/", account.remove_app, name="mfa_deactivate_totp"),
    path("account/passkeys/add/", account.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove/", account.remove_passkey, name="mfa_remove_webauthn"),
    path("account/recovery-codes/", account.recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/recovery-codes/new/",
        account.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(".well-known/security.txt", well_known.security, name="security-txt"),
    path("sw.js", offline.service_worker, name="service-worker"),
    path("site/", views.switch_site, name="switch-site"),
    path("home/", views.home, name="home"),
    path("", include("clinic.web.urls")),
]

handler400 = "clinic.errors.bad_request"
handler500 = "clinic.errors.failed"
