"""Where and as whom a request is made."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from clinic.models import Site, Staff


def site_of(request: HttpRequest) -> Site:
    """The site that the person works at now."""
    return cast(Site, request.site)


def staff_of(request: HttpRequest) -> Staff:
    """The person who is signed in."""
    return cast(Staff, request.user)
