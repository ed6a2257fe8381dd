"""Every figure of the overview, as the rows say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clinic.models import Site
from monitoring.models import Figures, Session
from monitoring.reports.overview import Share, compared, overview
from monitoring.reports.overview_lines import COMPARED, LINES, MINUTES, rows
from tests.reports.brute_force import Told, half, ninth

Row = dict[str, Any]
Fact = Callable[[Told, Row], bool]


def _ends(kind: str) -> Fact:
    return lambda told, _row: told.end() == kind


def _forty(state: str) -> Fact:
    return lambda _told, row: bool(row["forty"] == state)


def _rises(field: str, limit: int) -> Fact:
    return lambda _told, row: row[field] is not None and row[field] >= limit


def _below(limit: int) -> Fact:
    return lambda _told, row: row["spo2"] is not None and row["spo2"] < limit


def _is(score: str, *states: str) -> Fact:
    return lambda _told, row: row[score] is not None and row[score][0] in states


SESSIONS: dict[str, Fact] = {
    **{kind: _ends(kind)
       for kind in ("discharged", "transferred", "against_advice", "left_unseen", "cancelled")},
    **{f"forty_{state}": _forty(state)
       for state in ("on_time", "late", "not_done", "missed")},
    "dosed": lambda told, _row: told.first is not None,
    "signed": lambda told, row: told.first is not None and row["is_signed"],
    "unsigned": lambda told, row: told.first is not None and not row["is_signed"],
    "left_early": lambda _told, row: row["left_early"],
    "systolic_rise": _rises("systolic", 40),
    "diastolic_rise": _rises("diastolic", 25),
    "spo2_below": _below(93),
    "spo2_far_below": _below(90),
    "sedation_affected": _is("sedation", "over", "lasting"),
    "sedation_not_over": _is("sedation", "lasting"),
    "dissociation_affected": _is("dissociation", "over", "lasting"),
    "dissociation_not_over": _is("dissociation", "lasting"),
    "struck": lambda _told, row: row["struck"] > 0,
}  # fmt: skip
"""The lines that count sessions; the others add up what each session has."""
OPENED: dict[str, Fact] = {
    "slots_answered": lambda _told, row: row["slots_answered"] < row["slots"],
    "slots_in_time": lambda _told, row: row["slots_in_time"] < row["slots"],
}
"""The lines that open the sessions that lack something."""


def whole(of: str, told: list[tuple[Told, Row]]) -> int:
    if of == "ended":
        return len(told)
    if of == "dosed":
        return sum(one.first is not None for one, _ in told)
    if of in {"slots", "entries", "answers"}:
        return sum(row[of] for _, row in told)
    return sum(row[of] is not None for _, row in told)


def counted(code: str, told: list[tuple[Told, Row]]) -> int:
    if code in SESSIONS:
        return sum(bool(SESSIONS[code](*one)) for one in told)
    return sum(row[code] for _, row in told)


def opened(code: str, told: list[tuple[Told, Row]]) -> set[Any]:
    is_one = SESSIONS.get(code) or OPENED.get(code) or (lambda _told, row: row[code] > 0)
    return {one.session.pk for one, row in told if is_one(one, row)}


def times(code: str, told: list[tuple[Told, Row]]) -> list[int]:
    score = code.removesuffix("_minutes")
    values = [row[score][1] if row[score] else None for _, row in told] if score in {
        "sedation", "dissociation"} else [row[code] for _, row in told]  # fmt: skip
    return [value for value in values if value is not None]


def by_hand(site: Site) -> list[tuple[Told, Row]]:
    ended = Session.objects.at(site).filter(phase__in=("closed", "cancelled"))
    return [(told, told.figures()) for told in map(Told, ended)]


def agrees(site: Site, told: list[tuple[Told, Row]]) -> None:
    found = overview(Figures.objects.filter(site=site), site.tz)
    shares: dict[str, Share] = {s.line.code: s for _, group in found.groups for s in group}
    expected = {c: (counted(c, told), whole(line.of, told)) for c, line in LINES.items()}
    assert {c: (s.count, s.total) for c, s in shares.items()} == expected
    for code in LINES:
        behind = Figures.objects.filter(rows(code), site=site).values_list("pk", flat=True)
        assert set(behind) == opened(code, told), code
        assert shares[code].behind == len(behind), code
    for code in MINUTES:
        assert Figures.objects.filter(rows(code), site=site).count() == len(times(code, told))
    for one in found.times:
        values = times(one.code, told)
        assert one.count == len(values), one.code
        expected_times = (half(values), ninth(values)) if values else (None, None)
        assert (one.median, one.ninth) == expected_times, one.code
    assert shares["signed"].count + shares["unsigned"].count == shares["dosed"].count
    ends = ("discharged", "transferred", "against_advice", "left_unseen", "cancelled")
    assert sum(shares[end].count for end in ends) == found.sessions == len(told)


def adds_up(site: Site) -> None:
    """The months, and the parts by person, are the whole."""
    found = Figures.objects.filter(site=site)
    all_of_it = overview(found, site.tz)
    shares = {s.line.code: s for _, group in all_of_it.groups for s in group}
    assert len(all_of_it.months) > 1
    for told in (all_of_it.months, compared(found, "session__observer")):
        assert sum(part.sessions for part in told) == all_of_it.sessions
        for code in COMPARED:
            assert sum(part.shares[code].count for part in told) == shares[code].count
            assert sum(part.shares[code].total for part in told) == shares[code].total
