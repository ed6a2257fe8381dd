"""What a request carries here, as the types that views and middlewares name.

Django makes the object; `clinic.middleware` sets the attributes. Each kind of view is promised what
its decorator in `clinic.access` has made sure of.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from clinic import clock
from clinic.access import Permission
from clinic.models import Membership, Shift, Site, Staff, Tablet


class Shown:
    """Whom the answer to one request shows, and since when."""

    def __init__(self) -> None:
        self.at = clock.now()
        self.whom: list[tuple[str, tuple[UUID, ...], UUID | None]] = []

    def __bool__(self) -> bool:
        return bool(self.whom)


class _Request(HttpRequest):
    site: Any
    """Said to be of Django's own app of sites, which is not in use here."""


class PublicRequest(_Request):
    """A request that may come from anyone: of a view under `protect.public`, and of a middleware.

    `visit` is the emergency access that lets the person in at this site, `shown` whom the answer
    shows, `by_pin` the shift of the person who comes in with a PIN.
    """

    htmx: HtmxDetails
    device: str
    tablet: Tablet | None
    site: Site | None
    sites: list[Site]
    roles: list[str]
    visit: Membership | None
    permissions: frozenset[Permission]
    lacks_second_factor: bool
    shown: Shown
    by_pin: Shift
    signed_out_because: str


class SignedInRequest(PublicRequest):
    """From a person who is signed in, whatever the role: of a view under `protect.signed_in`."""

    user: Staff
    site: Site | None


class ClinicRequest(SignedInRequest):
    """From a person with a role at `site`: of a view under `protect.page`.

    `author` is who acts: who is signed in or, where a colleague sends what someone else entered on
    the tablet, that person.
    """

    site: Site
    author: Staff
