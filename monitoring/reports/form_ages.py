"""How many monitoring forms are to be filed, by the days that are left for them; and how many were
filed, and filed late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import Site
from monitoring.models import Session
from monitoring.models.session import SessionQuerySet
from monitoring.reports.form_state import Found, in_form_state
from monitoring.rules.form_due import LEFT, Left, days_left

_NAMES: Mapping[Left, str | Promise] = {
    "due_at_once": _("due today or tomorrow"),
    "due_soon": _("due in two to four days"),
    "due_later": _("due in five to seven days"),
}
OVERDUE = _("overdue")


@dataclass(frozen=True, slots=True)
class Age:
    """`found_by` is by what the register finds them."""

    name: str | Promise
    found_by: Found
    count: int


def ages(site: Site, now: datetime) -> list[Age]:
    """The overdue first; one query, of forms that are not filed alone."""
    waiting = Session.objects.at(site).filter(form_due_at__isnull=False, form_filed_seq=None)
    dues = [due for due in waiting.values_list("form_due_at", flat=True) if due is not None]
    left = [days_left(due, now, site.tz) for due in dues if due > now]
    found = Counter(
        next((age for age, most in LEFT.items() if n <= most), "due_later") for n in left
    )
    return [
        Age(OVERDUE, "overdue", len(dues) - len(left)),
        *(Age(name, age, found[age]) for age, name in _NAMES.items()),
    ]


@dataclass(frozen=True, slots=True)
class FiledLate:
    """How many forms of `total` that were filed were filed late, when they were filed at first."""

    count: int
    total: int


def filed_late(sessions: SessionQuerySet, site: Site, now: datetime) -> FiledLate:
    """Of `sessions`, all of `site`; two queries."""
    late = in_form_state(sessions, site, "filed_late", now)
    return FiledLate(late.count(), sessions.filter(form_filed_seq__isnull=False).count())
