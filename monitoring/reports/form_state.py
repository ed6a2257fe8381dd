"""Where the monitoring forms of a site stand: of one session, of many, and who is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate

from clinic.models import Site
from clinic.pages.keyset import Order, Page, Part, page_of_parts
from monitoring.models import FormFiling, Session
from monitoring.models.filled_form import are_details_changed
from monitoring.models.session import SessionQuerySet
from monitoring.rules import form_due
from monitoring.rules.form_due import LEFT, FormState, Left

Found = FormState | Left | Literal["filed_late"]
"""What forms are found by: where they stand, how soon they are due, and that they were late."""
MOST_OVERDUE = Order(("form_due_at", "pk"))
AS_PLANNED = Order(("pk",))
"""Their ids begin with the moment; a form that was filed may have no last day any more."""


def form_state(session: Session, now: datetime) -> FormState:
    """Of one session, from its own row; no query."""
    return form_due.state(
        session.form_due_at,
        is_filed=session.form_filed_seq is not None,
        is_changed=session.form_changed,
        now=now,
    )


def in_form_state(
    sessions: SessionQuerySet, site: Site, state: Found, now: datetime
) -> QuerySet[Session]:
    """Those of `sessions`, all of `site`, whose form is in `state`: one query more for `changed`
    and `filed`, bounded by the sessions of a week."""
    if state == "none":
        return sessions.filter(form_due_at=None, form_filed_seq=None)
    if state == "filed_late":
        return _filed_late(sessions, site)
    if state != "filed" and state != "changed":
        open_forms = sessions.filter(form_due_at__isnull=False, form_filed_seq=None)
        if state == "overdue":
            return open_forms.filter(form_due_at__lte=now)
        due = open_forms.filter(form_due_at__gt=now)
        return due if state == "due" else due.filter(_has_left(state, site, now))
    is_changed = Q(form_changed=True) | Q(pk__in=_details_changed(site, now))
    filed = sessions.filter(form_filed_seq__isnull=False)
    return filed.filter(is_changed) if state == "changed" else filed.exclude(is_changed)


def _has_left(among: Left, site: Site, now: datetime) -> Q:
    """Whether so many days are left for a form; the last of LEFT has no end."""
    names = list(LEFT)
    place, found = names.index(among), Q()
    if place > 0:
        fewer = LEFT[names[place - 1]]
        found &= Q(form_due_at__gt=form_due.due_with(fewer, now, site.tz))
    if place < len(names) - 1:
        found &= Q(form_due_at__lte=form_due.due_with(LEFT[among], now, site.tz))
    return found


def _filed_late(sessions: SessionQuerySet, site: Site) -> QuerySet[Session]:
    """Filed after the last day, when the form was filed at first: what changes later is filed again
    without a last day. It is overdue from the first moment of a day on."""
    overdue = TruncDate(F("session__form_due_at"), tzinfo=site.tz)
    filed = FormFiling.objects.filter(session__site=site)
    in_time = filed.filter(filed_on__lt=overdue).values("session")
    late = filed.filter(filed_on__gte=overdue).exclude(session__in=in_time)
    return sessions.filter(pk__in=late.values("session"))


def _details_changed(site: Site, now: datetime) -> list[UUID]:
    """Sessions whose filed form names the setting or the person otherwise than they are now; asked
    until the form's last day, so that a clinic that moves does not file its past anew."""
    filed = FormFiling.objects.filter(
        session__site=site,
        session__form_due_at__gt=now,
        seq=F("session__form_filed_seq"),
    ).select_related("monitor")
    return [f.session_id for f in filed if are_details_changed(f, site)]


@dataclass(frozen=True, slots=True)
class Row:
    """One session of the list; `left` are the calendar days that are left."""

    session: Session
    state: FormState
    left: int

    @property
    def is_named(self) -> bool:
        return self.state == "changed" or form_due.is_named(self.left)

    @property
    def overdue_days(self) -> int:
        return -self.left


def lists_to_file(site: Site, now: datetime) -> tuple[Part, Part]:
    """Every form of `site` that is to be filed, the most overdue first; then those to be filed
    again, in the order in which the sessions were planned."""
    here = Session.objects.at(site)
    sessions = here.select_related("patient")
    waiting = sessions.filter(form_due_at__isnull=False, form_filed_seq=None)
    changed = in_form_state(sessions, site, "changed", now)
    dated = here.filter(form_due_at__isnull=False)
    return Part(waiting, MOST_OVERDUE, dated), Part(changed, AS_PLANNED, here)


def to_file(
    site: Site, now: datetime, lists: tuple[Part, Part], asked: Mapping[str, str], size: int
) -> Page[Row]:
    """A page of `lists_to_file`."""
    return page_of_parts(lists, asked, size).of(lambda row: _row(row[1], now, site))


def _row(session: Session, now: datetime, site: Site) -> Row:
    state = form_state(session, now)
    if state == "filed":
        state = "changed"
    due = session.form_due_at
    left = form_due.days_left(due, now, site.tz) if due else 0
    return Row(session, state, left)


@dataclass(frozen=True, slots=True)
class Told:
    """What those who file are told where they begin: how many forms are overdue, how many are due
    soon (on days 3, 5 and 6 and on the last), how many are to be filed again."""

    overdue: int = 0
    soon: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return bool(self.overdue or self.soon or self.changed)


def told(site: Site, now: datetime) -> Told:
    """Two queries, of the forms of a week, and of those that are not filed or no longer agree."""
    is_open = Q(form_due_at__isnull=False, form_filed_seq=None)
    is_changed = Q(form_changed=True) | Q(pk__in=_details_changed(site, now))
    found = Session.objects.at(site).filter(is_open | is_changed)
    counted = found.aggregate(
        overdue=Count("pk", filter=is_open & Q(form_due_at__lte=now)),
        soon=Count("pk", filter=is_open & Q(form_due_at__gt=now) & _is_named(site, now)),
        changed=Count("pk", filter=Q(form_filed_seq__isnull=False) & is_changed),
    )
    return Told(**counted)


def _is_named(site: Site, now: datetime) -> Q:
    """Whether so many days are left for a form that it is named today."""
    days = (left for left in range(form_due.DAYS + 1) if form_due.is_named(left))
    ends = ((form_due.due_with(left - 1, now, site.tz), left) for left in days)
    each = (
        Q(form_due_at__gt=begin, form_due_at__lte=form_due.due_with(left, now, site.tz))
        for begin, left in ends
    )
    return reduce(or_, each)
