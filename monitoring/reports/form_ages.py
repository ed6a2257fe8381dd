"""How many monitoring forms are to be filed, by the days that are left for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinic.models import Site
from monitoring.models import FormFiling, Session
from monitoring.rules.form_due import FormState, days_left

_LEFT: tuple[tuple[int, str | Promise], ...] = (
    (1, _("due today or tomorrow")),
    (4, _("due in two to four days")),
    (7, _("due in five to seven days")),
)
"""The most days that are left, and the words for it."""
OVERDUE = _("overdue")
LATELY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Age:
    """`state` is by what the register finds them."""

    name: str | Promise
    state: FormState
    count: int


def ages(site: Site, now: datetime) -> list[Age]:
    """The overdue first; one query, of forms that are not filed alone."""
    waiting = Session.objects.at(site).filter(form_due_at__isnull=False, form_filed_seq=None)
    dues = [due for due in waiting.values_list("form_due_at", flat=True) if due is not None]
    left = [days_left(due, now, site.tz) for due in dues if due > now]
    found = Counter(next((most for most, _name in _LEFT if n <= most), _LEFT[-1][0]) for n in left)
    return [
        Age(OVERDUE, "overdue", len(dues) - len(left)),
        *(Age(name, "due", found[most]) for most, name in _LEFT),
    ]


def filed_late(site: Site, now: datetime) -> int:
    """How many forms that were due within the last year were filed after their last day, when they
    were filed at first; one query."""
    filed = FormFiling.objects.filter(
        session__site=site, session__form_due_at__gt=now - LATELY, session__form_due_at__lte=now
    )
    # The form is overdue from the first moment of a day on.
    late = filed.filter(filed_on__gte=TruncDate(F("session__form_due_at"), tzinfo=site.tz))
    in_time = filed.filter(filed_on__lt=TruncDate(F("session__form_due_at"), tzinfo=site.tz))
    return late.exclude(session__in=in_time.values("session")).values("session").distinct().count()
