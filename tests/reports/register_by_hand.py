"""The figures of a report and of the register, as the rows say them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from clinic.models import Site, Staff
from monitoring.models import Admission, Amendment, Departure, Session, Tag
from monitoring.reports.content import Reader, content
from monitoring.reports.register import HEADINGS, as_rows
from monitoring.reports.session_report import load, session_report
from monitoring.web.review.register_filter import Register
from tests.reports.brute_force import BEFORE, Row, Told, latest, minutes, rows
from tests.reports.deviations_by_hand import (
    CODES,
    deviations,
    deviations_at,
    flags,
    waiting_strikes,
)
from tests.reports.drawn_by_hand import chart_agrees
from tests.reports.flags_by_hand import FLAGS
from tests.reports.seldom_by_hand import watcher


def report_agrees(site: Site, told: Told, now: datetime) -> None:
    session = load(site, told.session.pk)
    assert session
    report = session_report(session, now)
    said = content(report, Reader("Ada Byron", now))
    assert [value for _name, value in said["summary"]] == strip(told)
    spans = [(s.code, s.at, s.from_first, s.from_last) for s in report.spans]
    assert spans == clocks(told)
    assert said["given"].partition(" mg")[0] == f"{given(told):g}" or not told.first
    chart_agrees(told, said["chart"])
    assert Counter(d.code for d in report.deviations) == deviations_at(told, now)


def register_agrees(site: Site, sessions: list[Told]) -> None:
    """Each row under its headings, all that went on to the end."""
    headings = [str(words) for words in HEADINGS]
    rows = as_rows(Session.objects.at(site), site)
    found = {row[0]: dict(zip(headings, row, strict=True)) for _patient, row in rows}
    assert len(found) == Session.objects.at(site).count()
    for told in sessions:
        row, expected = found[str(told.session.pk)], line(told)
        said = {name: "" if row[name] is None else str(row[name]) for name in expected}
        assert said == expected


def filters_agree(site: Site, sessions: list[Told], now: datetime) -> None:
    here = Session.objects.at(site)

    def found(**asked: str) -> set[Any]:
        chosen = Register(asked, queryset=here, site=site)
        assert chosen.form.errors == {}
        return set(chosen.qs.values_list("pk", flat=True))

    def those(is_one: Callable[[Told], object]) -> set[Any]:
        return {told.session.pk for told in sessions if is_one(told)}

    for kind in Departure.Kind.values:
        assert found(outcome=kind) == {t.session.pk for t in sessions if t.left and t.end() == kind}
    dosed = those(lambda t: t.first)
    signed, unsigned = found(signature="yes"), found(signature="no")
    assert signed == those(lambda t: t.first and t.signed())
    assert (signed | unsigned, signed & unsigned) == (dosed, set())
    for mg in {given(t) for t in sessions if t.first}:
        assert found(given=f"{mg:g}") == {t.session.pk for t in sessions if given(t) == mg}
    tagged = set(Tag.objects.filter(site=site).values_list("kind", "code"))
    for code in CODES:
        has = {t.session.pk for t in sessions if t.left and deviations(t)[code]}
        assert bool(has) == (("deviation", code) in tagged), code
        assert not has or found(kind=code) == has, code
    fields = Register(queryset=here, site=site).form.fields
    offered = {
        name: {code for code, _ in fields[name].choices if code} for name in ("kind", "flag")
    }
    assert offered == {"kind": set(CODES) - {"recorded_ahead"}, "flag": set(FLAGS)}
    for code in FLAGS:
        has = {t.session.pk for t in sessions if code in flags(t)}
        assert bool(has) == (("flag", code) in tagged), code
        assert not has or found(flag=code) == has, code
    ill = those(lambda t: any(r["kind"] == "adverse_event" for r in latest(t.events)))
    assert found(adverse="adverse_event") == ill
    assert found(amended="yes") == those(was_amended)
    assert found(review="waiting") == those(waits)
    asked = those(lambda t: t.first and not t.is_infusion)
    overdue = those(lambda t: t.session.pk in asked and overdue_at(t, site) <= now)
    assert found(form="overdue") == overdue
    assert found(form="due") == asked - overdue
    assert found(form="none") == set(here.values_list("pk", flat=True)) - asked


def overdue_at(told: Told, site: Site) -> datetime:
    day = told.first.astimezone(site.tz).date() + timedelta(days=8)
    return datetime.combine(day, datetime.min.time(), tzinfo=site.tz)


def strip(told: Told) -> list[str]:
    if told.first is None:
        return []
    return [
        extreme(told, "systolic", max, "{} mmHg at {} min", " ({} since pre-dose)"),
        extreme(told, "diastolic", max, "{} mmHg at {} min", " ({} since pre-dose)"),
        extreme(told, "spo2", min, "{} % at {} min"),
        extreme(told, "sedation", min, "{} at {} min"),
        extreme(told, "dissociation", max, "{} at {} min"),
        over(told, "sedation", 5),
        over(told, "dissociation", 0),
    ]


def extreme(told: Told, field: str, of: Any, words: str, since: str = "") -> str:
    found = [r for r in told.after if r[field] is not None]
    if not found:
        return "–"
    value = of(r[field] for r in found)
    first = next(r for r in found if r[field] == value)
    said = words.format(value, minutes(first["taken_at"] - told.first))
    before = told.predose[field] if told.predose else None
    if since and before is not None:
        change = value - before
        sign = "±" if change == 0 else "+" if change > 0 else "−"
        said += since.format(f"{sign}{abs(change)}")
    return said


def over(told: Told, score: str, unaffected: int) -> str:
    found = [r for r in told.after if r[score] is not None]
    if not found:
        return "–"
    own = told.predose[score] if told.predose else None
    level = unaffected if own is None else own
    state = told._over(score)
    assert state
    never = "Never worse than before the dose" if own is not None else "Never affected"
    worse = [r for r in found if BEFORE[score](r[score], level)]
    assert bool(worse) == (state[0] != "never")
    said = {"never": never, "lasting": "Not at the last check",
            "over": f"{state[1]} min after the first dose"}[state[0]]  # fmt: skip
    return said if level == unaffected else f"{said} (before the dose {level})"


def clocks(told: Told) -> list[tuple[str, datetime, int, int | None]]:
    if told.first is None:
        return []
    last, left = told.last, told.left["left_at"] if told.left else None
    window = "window_unreached" if left and last and left < told.window else "window"
    moments = [("last_dose", last), (window, told.window)] if last else []
    moments += [("clearance", row["signed_at"]) for row, _is_back in told.clearances]
    moments += [("departure", left)] if left else []
    return [
        (
            code,
            at,
            minutes(at - told.first),
            minutes(at - last) if last and code != "last_dose" else None,
        )
        for code, at in sorted(moments, key=lambda moment: moment[1])
    ]  # fmt: skip


def given_doses(told: Told) -> list[Row]:
    return [row for row in latest(told.doses) if not row["failed"]]


def given(told: Told) -> float:
    return float(sum(row["gave"] for row in given_doses(told)))


def line(told: Told) -> dict[str, str]:
    zone = told.session.site.tz

    def local(at: datetime | None) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds") if at else ""

    def highest(field: str) -> str:
        found = [r[field] for r in told.after if r["systolic"] is not None]
        return str(max(found)) if found else ""

    first, signature = told.first, told.signed()
    (admission,) = rows(Admission, told.session)[:1]
    ended = {
        "discharged": "Discharged", "transferred": "Transferred to emergency care",
        "against_advice": "Left against advice", "left_unseen": "Left without being seen off",
    }  # fmt: skip
    return {
        "Given (mg)": f"{given(told):.1f}" if first else "",
        "First dose": local(first),
        "Last dose": local(told.last),
        "Closed": local(told.left["recorded_at"] if told.left else None),
        "Highest systolic (mmHg)": highest("systolic"),
        "Highest diastolic (mmHg)": highest("diastolic"),
        "How it ended": ended[told.end()] if told.left else told.session.get_phase_display(),
        "Signed by": signature["printed_name"] if signature else "",
        "Signed": local(signature["signed_at"] if signature else None),
        "Prescriber": Staff.objects.get(pk=admission["prescriber_id"]).printed_name,
        "Who watched last": Staff.objects.get(pk=watcher(told.session)).printed_name,
        "MRN": told.session.patient.mrn,
    }


def was_amended(told: Told) -> bool:
    late = [r for found in (told.readings, told.events, told.doses) for r in found
            if r["after_departure"] and r["replaces_id"]]  # fmt: skip
    return bool(late or Amendment.objects.filter(session=told.session).exists())


def waits(told: Told) -> bool:
    """Something that came after the patient had left, or a strike, that no clinician answered."""
    if told.left is None:
        return False
    reviewed = {r["answers_event_id"] for r in told.events if r["kind"] == "review"}
    reviewed |= {r["answers_dose_id"] for r in told.events if r["kind"] == "review"}
    readings = [r for r in latest(told.readings) if r["after_departure"]]
    events = [
        r for r in latest(told.events)
        if r["after_departure"] and r["id"] not in reviewed
        and (r["kind"] in {"symptom", "adverse_event"} or r["replaces_id"])
        and r["kind"] != "review"
    ]  # fmt: skip
    doses = [r for r in latest(told.doses) if r["after_departure"] and r["id"] not in reviewed]
    return bool(readings or events or doses or waiting_strikes(told))
