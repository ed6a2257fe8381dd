"""What was struck counts as if it had never been recorded, in the rules, the roll-ups and the
database's own guards."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection

from clinic.models.row import name_of
from monitoring.guards import lists
from monitoring.models import DoseEnd, Session, SessionFact, Strike, StrikeConfirmation
from monitoring.models.facts import facts_of
from monitoring.models.row import SessionRow
from monitoring.models.rows import SessionRows
from monitoring.rules.cautions import cautions
from monitoring.rules.deviation import Deviation
from monitoring.rules.deviations import deviations
from monitoring.rules.flags import flagged, unanswered
from monitoring.rules.people import observers, prescribers
from monitoring.rules.phase import phase_of
from monitoring.rules.readiness import Item, before_clearance, before_dose
from monitoring.rules.repeats import repeats
from monitoring.rules.schedule import next_slot, slots

TOLD = {"struck", "strike_waits", "flag_struck"}
"""What page 1 alone tells of a strike."""
OWNERS: dict[type[SessionRow], str] = {DoseEnd: "dose_id", StrikeConfirmation: "strike_id"}


def check_struck(session: Session) -> None:
    """`session` as it stands, against the same one without what was struck and its strikes.

    Where nothing was struck yet, the two are one and the same.
    """
    rows = session.rows
    if not rows.of(Strike):
        return
    facts, never = facts_of(rows), facts_of(without_struck(rows))
    assert replace(facts, struck=()) == replace(never, struck=())
    assert session.phase == phase_of(never)
    assert float(session.given_mg) == never.given_mg
    assert (session.first_dose_at, session.last_dose_at) == (
        never.first_dose_at,
        never.last_dose_at,
    )
    for person, spans in (
        (session.prescriber_id, prescribers(never)),
        (session.observer_id, observers(never)),
    ):
        assert person == next((span.person for span in spans[-1:]), None)
    high = [r for r in never.after_dose if r.has_value("blood_pressure")]
    for peak, field in ((session.peak_systolic, "systolic"), (session.peak_diastolic, "diastolic")):
        assert peak == max((int(r.value(field) or 0) for r in high), default=None)
    now = max(
        (row.recorded_at for row in rows.every() if isinstance(row, SessionFact)), default=None
    )
    if now is None:
        return
    assert slots(facts, now) == slots(never, now)
    assert next_slot(facts, now) == next_slot(never, now)
    assert flagged(facts) == flagged(never)
    assert unanswered(facts) == unanswered(never)
    assert repeats(facts, now) == repeats(never, now)
    assert cautions(facts) == cautions(never)
    for gate in (before_dose, before_clearance):
        assert asked(gate(facts, now)) == asked(gate(never, now))
    assert said(deviations(facts, now)) == said(deviations(never, now))
    for noun in (n for n in SessionFact.tables() if n.can_be_struck and rows.has(n)):
        assert {row.pk for row in rows.standing(noun)} == standing_in_database(noun, session.pk)


def without_struck(rows: SessionRows) -> SessionRows:
    """The rows as if what was struck, the strikes that stand and their answers did not exist."""
    gone: set[UUID] = set()
    for noun in SessionFact.tables():
        if noun.can_be_struck and rows.has(noun):
            gone |= rows.struck(noun)
    strikes = {strike.pk for strike in rows.of(Strike) if rows.stands(strike)}
    kept: dict[type[SessionRow], tuple[SessionRow, ...]] = {}
    for kind, found in rows.by_noun.items():
        owner = OWNERS.get(kind, "pk")
        kept[kind] = tuple(r for r in found if getattr(r, owner) not in gone | strikes)
    return SessionRows(rows.session, kept)


def asked(items: list[Item]) -> list[Item]:
    return [item for item in items if item.code != "strike_waits"]


def said(found: list[Deviation]) -> list[Deviation]:
    return [deviation for deviation in found if deviation.code not in TOLD]


def standing_in_database(noun: type[SessionFact], session_id: UUID) -> set[Any]:
    """The ids of the facts that the guards count."""
    condition = lists.filled(f"{{standing {name_of(noun)} f.id}}", {}, "")
    query = f"SELECT f.* FROM {noun._meta.db_table} f WHERE f.session_id = %s AND {condition}"
    own = session_id if connection.vendor == "postgresql" else session_id.hex
    return {row.pk for row in noun._default_manager.raw(query, [own])}
