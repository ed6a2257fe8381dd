"""Every address of the product."""

from __future__ import annotations

from django.urls import include, path

from clinic.signin import invitation, views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("invitation/<uuid:staff_id>/<str:token>/", invitation.invitation, name="invitation"),
    path("site/", views.switch_site, name="switch-site"),
    path("home/", views.home, name="home"),
    path("", include("monitoring.web.urls")),
]
