"""A stop of the walk through every page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from clinic.models import Staff
from tests.browser.conftest import Person

SITE = "Lakeside Clinic"
PASSWORD = "demo-clinic"


@dataclass(frozen=True)
class Stop:
    """One page in one state. `act` brings it there, after `path` is open."""

    name: str
    who: str
    path: str
    act: Callable[[Person], None] = lambda person: None


def people() -> dict[str, Staff]:
    """One member of each role at the main site of the demo."""
    at_site = Staff.objects.filter(memberships__site__name=SITE)
    roles = ("nurse", "clinician", "administrator")
    return {role: at_site.filter(memberships__role=role)[0] for role in roles}
