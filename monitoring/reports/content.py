"""Everything a session's report says, in words and in order: screen, print and PDF render it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from clinic.trail.organisation import renewals_before
from monitoring.models import Clearance, Departure, Order, Session, Withdrawal
from monitoring.reports.chart import session_chart
from monitoring.reports.form_state import form_state
from monitoring.reports.session_report import SessionReport, Span
from monitoring.rules import people as people_rules
from monitoring.rules.facts import SessionFacts
from monitoring.words import people, report, summary
from monitoring.words.amendments import (
    AmendmentLine,
    LateEvent,
    LateReading,
    amendments,
    late_events,
    late_readings,
)
from monitoring.words.banner import Banner, session_banner
from monitoring.words.given import given, ordered
from monitoring.words.readings import Table, table
from monitoring.words.timeline import Entry, timeline


class Content(TypedDict):
    """One report; the templates of its parts read these names."""

    report: SessionReport
    stamp: str
    made_at: datetime
    session: Session
    facts: SessionFacts
    ordered: Order | None
    prescribers: str
    observers: str
    banner: Banner
    deviations: list[report.Line]
    spans: list[tuple[str, Span]]
    summary: list[tuple[str, str]]
    chart: str
    infusion: str
    given: str
    monitoring_form: str
    readings: Table
    timeline: list[Entry]
    answers: list[tuple[str, str]]
    signatures: list[report.Signature]
    amendments: list[AmendmentLine]
    late: list[LateReading]
    late_events: list[LateEvent]
    departure: Departure | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a report and when, and the clearance whose record it shows, if not that of now."""

    printed_name: str
    at: datetime
    signed: Clearance | None = None


def content(found: SessionReport, reader: Reader) -> Content:
    session, facts = found.session, found.facts
    return Content(
        report=found,
        stamp=report.stamp(reader.printed_name, reader.at, reader.signed),
        made_at=reader.at,
        session=session,
        facts=facts,
        ordered=next(reversed(session.rows.standing(Order)), None),
        prescribers=people.spans(session, people_rules.prescribers(facts)),
        observers=people.spans(session, people_rules.observers(facts)),
        banner=session_banner(session, is_marked=False),
        deviations=[report.line(facts, d) for d in found.deviations],
        spans=[(report.moment(s.code), s) for s in found.spans],
        summary=summary.strip(facts),
        chart=session_chart(facts, found.as_of),
        infusion=ordered(facts) if facts.infusion else "",
        given=given(facts),
        monitoring_form=report.form_line(session, form_state(session, found.as_of)),
        readings=table(session, facts),
        timeline=timeline(session, facts),
        answers=report.answers(session),
        signatures=signatures(session, session.rows.of(Clearance)),
        amendments=amendments(session),
        late=late_readings(session),
        late_events=late_events(session),
        departure=next(iter(session.rows.of(Departure)), None),
    )


def signatures(session: Session, clearances: Iterable[Clearance]) -> list[report.Signature]:
    """Each signature with whoever renewed the signer's sign-in shortly before; one query more."""
    found = list(clearances)
    renewals = renewals_before((c.signed_by_id, c.signed_at) for c in found) if found else {}
    rows = session.rows
    return [
        report.signature(c, rows.beside(c, Withdrawal), renewals.get((c.signed_by_id, c.signed_at)))
        for c in found
    ]
