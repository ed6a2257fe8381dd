"""The monitoring form of one session, filled from its rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from clinic import clock
from clinic.models import Site, Staff
from clinic.trail.canonical import canonical
from monitoring.models.clearance import Clearance
from monitoring.models.departure import Departure
from monitoring.models.dose import Dose
from monitoring.models.event import Event
from monitoring.models.form import FormAnswers, FormFiling
from monitoring.models.patient import Patient
from monitoring.models.reading import Reading
from monitoring.models.rows import SessionRows
from monitoring.models.session import Session
from monitoring.rules import form_source as rules
from monitoring.rules.facts import CLOCKS_APART, ReadingFacts, SessionFacts
from monitoring.rules.minutes import monitoring_ended_at
from monitoring.rules.rems_form import CURRENT, REVISIONS, Field, Revision
from monitoring.rules.schedule import slots

NAME = "SPRAVATO REMS Patient Monitoring Form, outpatient"
MIDDLE = 40
"""The form asks for the pressure 40 minutes after the first device (CLINICAL 2)."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """`filing` is the latest form that was filed; `changed` are the fields that say otherwise
    since, each with what it said."""

    session: Session
    revision: Revision
    monitor: Staff
    source: rules.FormSource
    fields: tuple[rules.Filled, ...]
    filing: FormFiling | None
    changed: tuple[tuple[rules.Filled, rules.Value | None], ...]

    @property
    def missing(self) -> tuple[Field, ...]:
        return rules.missing(self.fields)

    @property
    def asked(self) -> tuple[Field, ...]:
        return rules.asked(self.source, self.revision)

    @property
    def is_changed(self) -> bool:
        """Whether the record says otherwise than what was filed, but for the setting and the person
        themselves: these are asked about until the form's last day alone."""
        return any(now.field.origin not in OWN_DETAILS for now, _was in self.changed)

    @property
    def copy(self) -> str:
        """The canonical text of the form as it is now."""
        revision = {"revision": self.revision.key, "revised": self.revision.revised}
        said = {"form": NAME, **revision, "session": str(self.session.pk)}
        return canonical({**said, "fields": rules.values(self.fields)})


OWN_DETAILS = frozenset({"site", "monitor"})
"""Origins that are about the setting and the person, not about the session."""


def digest_of(copy: str) -> str:
    return hashlib.sha256(copy.encode()).hexdigest()


def copied(filing: FormFiling) -> dict[str, Any]:
    """What the filed form said, by field."""
    found: dict[str, Any] = json.loads(filing.copy)["fields"]
    return found


def form_of(session: Session, monitor: Staff | None = None) -> FilledForm | None:
    """The form of a session that was loaded with its whole record; None where nothing was given.

    It names who took the last set, unless a form was filed that names another, or `monitor` is
    given.
    """
    rows, facts = session.rows, _as_taken(session.facts())
    filing = next(iter(rows.of(FormFiling)[-1:]), None)
    who = monitor or (filing and filing.monitor) or took_last_set(rows, facts)
    first = facts.first_dose_at
    if first is None or who is None:
        return None
    filled_from = _source(session, facts, who, first)
    changed: tuple[tuple[rules.Filled, rules.Value | None], ...] = ()
    if filing is not None:
        then = rules.fill(filled_from, REVISIONS[filing.revision])
        changed = rules.changed(copied(filing), then)
    return FilledForm(
        session,
        CURRENT,
        who,
        filled_from,
        rules.fill(filled_from, CURRENT),
        filing,
        changed,
    )


def is_changed(session: Session) -> bool:
    """Whether the record says otherwise than the latest form that was filed. With nothing given any
    more it does."""
    form = form_of(session)
    return form is None or form.is_changed


def are_details_changed(filing: FormFiling, site: Site) -> bool:
    """Whether what the filed form said of the setting, or of the person, is otherwise now."""
    now = _person(filing.monitor) | _setting(site)
    said = copied(filing)
    fields = (f for f in REVISIONS[filing.revision].fields if f.origin in OWN_DETAILS)
    return any(said[f.key] != (now[f.uses[0]] or None) for f in fields)


def took_last_set(rows: SessionRows, facts: SessionFacts) -> Staff | None:
    """Who took the last readings of the session; who watches, where there are none."""
    taken = _while_monitored(facts)
    if not taken:
        return rows.session.observer
    row = rows.find(Reading, taken[-1].id)
    return rows.first(row).recorded_by if row else None


def _as_taken(facts: SessionFacts) -> SessionFacts:
    """A reading that was entered after departure counts by when it was taken: the form tells what
    was measured."""
    readings = tuple(replace(r, after_departure=False) for r in facts.readings)
    return replace(facts, readings=readings)


def _while_monitored(facts: SessionFacts) -> list[ReadingFacts]:
    """Standing readings from the first device to the end of the monitoring."""
    ended = monitoring_ended_at(facts)
    return [r for r in facts.after_dose if ended is None or r.taken_at <= ended + CLOCKS_APART]


def _source(session: Session, facts: SessionFacts, who: Staff, first: datetime) -> rules.FormSource:
    return rules.FormSource(
        **_patient(session.patient),
        **_concomitant(facts),
        **_person(who),
        **_setting(session.site),
        **_measured(facts),
        **_told(session.rows, facts),
        is_first_treatment=session.is_first_treatment,
        zone=session.site.tz,
        first_dose_at=first,
        ended_at=monitoring_ended_at(facts),
    )


def _patient(patient: Patient) -> dict[str, Any]:
    return {
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.date_of_birth,
        "sex": patient.sex,
        "enrolled_on": patient.rems_enrolled_on,
    }


def _concomitant(facts: SessionFacts) -> dict[str, Any]:
    given = facts.admission.given if facts.admission else {}
    names = ("benzodiazepine", "hypnotic", "opioid", "stimulant", "maoi")
    return {name: given.get(name) for name in names}


def _person(who: Staff) -> dict[str, Any]:
    return {
        "monitor_first_name": who.first_name,
        "monitor_last_name": who.last_name,
        "monitor_telephone": who.phone,
        "monitor_email": who.email,
    }


def _setting(site: Site) -> dict[str, Any]:
    return {
        "site_name": site.name,
        "address": site.address,
        "address_2": site.address_2,
        "city": site.city,
        "state": site.state,
        "postal_code": site.postal_code,
    }


def _measured(facts: SessionFacts) -> dict[str, Any]:
    """Pressures, pulse oximetry and ratings (CLINICAL 2; 8, rule 6)."""
    taken = _while_monitored(facts)
    middle = next((s for s in slots(facts, clock.now()) if s.minutes == MIDDLE), None)
    pressures = [r for r in taken if r.has("blood_pressure")]
    measured = [r for r in pressures if r.has_value("blood_pressure")]
    return {
        "pressure_before": _pressure(facts.predose),
        "pressure_40": _pressure(middle.reading if middle else None),
        "pressure_end": _pressure(next(reversed(measured or pressures), None)),
        "oxygen_saturations": tuple(
            int(r.value("spo2") or 0) for r in taken if r.has_value("spo2")
        ),
        "sedation": _ratings(facts, taken, "sedation"),
        "dissociation": _ratings(facts, taken, "dissociation"),
    }


def _pressure(reading: ReadingFacts | None) -> rules.Pressure | None:
    if reading is None or not reading.has("blood_pressure"):
        return None
    if not reading.has_value("blood_pressure"):
        return rules.Pressure(not_done=reading.not_done["blood_pressure"])
    return rules.Pressure(int(reading.value("systolic") or 0), int(reading.value("diastolic") or 0))


def _ratings(facts: SessionFacts, taken: list[ReadingFacts], name: str) -> rules.Ratings:
    before = facts.predose.value(name) if facts.predose else None
    since = ((r.taken_at, r.value(name)) for r in taken)
    return rules.Ratings(
        None if before is None else int(before),
        tuple((at, int(value)) for at, value in since if value is not None),
    )


def _told(rows: SessionRows, facts: SessionFacts) -> dict[str, Any]:
    """What people said: of the doses, of readiness, of adverse events, and to what was asked."""
    by_id = {row.pk: row for row in rows.of(Dose)}
    answers = rows.of(FormAnswers)
    departure = next(iter(rows.of(Departure)), None)
    return {
        "devices": tuple(
            rules.Device(
                d.mg, by_id[d.id].lot, is_known=d.sprays is not None or d.is_complete is True
            )
            for d in facts.doses
        ),
        "ready_minutes": _ready(rows, facts, departure),
        "was_serious": departure.had_serious_event if departure else None,
        "serious_events": _serious(rows),
        "answers": dict(answers[-1].answers) if answers else {},
    }


def _ready(rows: SessionRows, facts: SessionFacts, departure: Departure | None) -> int | None:
    """What the signature says under which the patient left; else the latest that was not taken
    back."""
    left_on = departure.clearance_id if departure else None
    taken_back = {c.id for c in facts.clearances if c.withdrawn_at is not None}
    for row in reversed(rows.of(Clearance)):
        if row.pk == left_on or (left_on is None and row.pk not in taken_back):
            return row.ready_minutes
    return None


def _serious(rows: SessionRows) -> tuple[rules.Serious, ...]:
    """Each serious adverse event of the session, with its resolution. One that a call told of after
    it is one too."""
    events = rows.standing(Event)
    resolved = {e.resolves_id: e.at for e in events if e.resolves_id}
    return tuple(
        rules.Serious(e.detail, e.onset_at, resolved.get(rows.first(e).pk, resolved.get(e.pk)))
        for e in events
        if e.is_serious
    )
