"""By what sessions are found, each by an index of its own: in the register, and where they wait.

Those of the register begin with the site and go on by date, as it does: a page costs the same
however many sessions a site has had.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Index, IntegerField, Q

PEAK = Func(
    F("peak_systolic"), template="COALESCE(%(expressions)s, 0)", output_field=IntegerField()
)
"""The highest systolic pressure; 0 where none was measured, so that those come last. The 0 is part
of the statement: SQLite takes an index of an expression for the very same one alone."""
DEVIATING = ~Q(deviation_count=0)


def _by(name: str, *columns: str, condition: Q | None = None) -> Index:
    """With the id, by which they are compared with the sessions of a tag: no row is looked at."""
    fields = ("site", *columns, "-planned_for", "-id")
    return Index(fields=fields, name=f"register_{name}", condition=condition)


def register_indexes() -> tuple[Index, ...]:
    site, newest = F("site"), F("planned_for").desc()
    by_peak: Any = (site, PEAK.desc(), newest)
    return (
        _by("prescriber", "prescriber"),
        _by("observer", "observer"),
        _by("room", "room"),
        _by("given", "given_mg"),
        _by("outcome", "outcome"),
        _by("deviations", "-deviation_count"),
        _by("deviating", condition=DEVIATING),
        _by("signed", condition=Q(standing_clearance__isnull=False)),
        _by("formless", condition=Q(form_due_at=None, form_filed_seq=None)),
        Index(*by_peak, name="register_peak"),
    )


def indexes_of_waiting() -> tuple[Index, ...]:
    """Of few of all sessions: the lists of calls and of forms do not grow with the archive."""
    has_day = Q(form_due_at__isnull=False)
    by_day = ("site", "form_due_at")
    return (
        Index(
            fields=("site", "closed_at"),
            condition=Q(closed_at__isnull=False),
            name="session_by_closing",
        ),
        Index(fields=by_day, condition=has_day & Q(form_filed_seq=None), name="session_form_open"),
        Index(fields=("site",), condition=Q(form_changed=True), name="session_form_changed"),
        Index(fields=by_day, condition=has_day, name="session_form_by_day"),
    )
