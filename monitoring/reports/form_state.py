"""Where the monitoring forms of a site stand: of one session, of many, and who is to be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import TruncDate

from clinic.models import Site
from monitoring.models import FormFiling, Session
from monitoring.models.filled_form import are_details_changed
from monitoring.models.session import SessionQuerySet
from monitoring.rules import form_due
from monitoring.rules.form_due import LEFT, FormState, Left

Found = FormState | Left | Literal["filed_late"]
"""What forms are found by: where they stand, how soon they are due, and that they were late."""


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


def to_file(site: Site, now: datetime) -> list[Row]:
    """Every form of `site` that is to be filed, the most overdue first; then those to be filed
    again."""
    sessions = Session.objects.at(site).select_related("patient")
    waiting = sessions.filter(form_due_at__isnull=False, form_filed_seq=None)
    changed = in_form_state(sessions, site, "changed", now)
    found = [*waiting.order_by("form_due_at", "pk"), *changed.order_by("form_due_at", "pk")]
    return [_row(session, now, site) for session in found]


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
    """Two queries, of forms that are not filed or no longer agree, and of those of a week."""
    waiting = Q(form_due_at__isnull=False, form_filed_seq=None) | Q(form_changed=True)
    found = Session.objects.at(site).filter(waiting)
    rows = list(found.values_list("pk", "form_filed_seq", "form_due_at"))
    dues = [due for _pk, filed, due in rows if filed is None and due is not None]
    changed = {pk for pk, filed, _due in rows if filed is not None}
    left = [form_due.days_left(due, now, site.tz) for due in dues if due > now]
    return Told(
        overdue=sum(due <= now for due in dues),
        soon=sum(map(form_due.is_named, left)),
        changed=len(changed | set(_details_changed(site, now))),
    )
