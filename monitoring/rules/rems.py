"""Certification of a site and enrolment of a patient under REMS (CLINICAL 8, rule 29)."""

from __future__ import annotations

from datetime import date


def holds(today: date, since: date | None, until: date | None = None) -> bool:
    """Whether what is dated `since` holds `today`: it has begun, and its last day is not over.

    Healthcare settings are certified and outpatients enrolled before they are treated
    (CLINICAL 8, rule 29; hazard 20). `today` is the day at the site.
    """
    return since is not None and since <= today and (until is None or today <= until)
