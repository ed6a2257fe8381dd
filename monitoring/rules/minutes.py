"""The two kinds of minutes of a session, which are never added, and the codes they may point to.

*Observation* runs from the first device to the end of the monitoring. It is no billable time.
*Staff contact* is what people recorded of themselves: from when to when they were directly with the
patient, and with how many patients at once (review of the reports, row "minutes": AAPC 180784; CPT
99415 counts staff contact, of at most two patients at once).

Every code is a candidate with its condition, for the payer is not known here (CLINICAL 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID

from clinic.message import Message
from monitoring.rules.facts import SessionFacts, whole_minutes

Role = Literal["nurse", "clinician"]

MOST_AT_ONCE = 2
"""Patients at once, at most, in minutes that CPT 99415 and 99416 count (CLINICAL 6, S97; 8, rule
40)."""
MOST_OF_G2082 = 56
"""mg of esketamine, at most, of HCPCS G2082; G2083 is for more (CLINICAL 6, S95)."""
STAFF_FROM, STAFF_FIRST, STAFF_FURTHER = 30, 60, 30
"""Minutes: CPT 99415 is the first hour, reportable from 30 minutes on; 99416 each further 30
(CLINICAL 6, S97 and S98). Only full ones are counted here."""
CLINICIAN_EACH = 15
"""Minutes, each full, of CPT 99417 and HCPCS G2212 (CLINICAL 6, S99)."""
J0013_SINCE = date(2026, 1, 1)
"""From this day on 1 mg of esketamine is J0013, where S0013 was before (CLINICAL 6, S96)."""
NDC_BY_DRUG = {("esketamine", "US"): ("50458-028-02", "50458-028-03")}
"""Of cartons of two and of three devices of 28 mg (CLINICAL 1, S4). Which of them a device came
from is not recorded."""


@dataclass(frozen=True, slots=True)
class Observation:
    """`ended_at` and `minutes` are None while the patient is here."""

    began_at: datetime
    ended_at: datetime | None
    minutes: int | None
    minutes_after_last: int | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Time that one person recorded of themselves, in one session."""

    id: UUID
    session: UUID
    person: UUID
    role: Role
    began_at: datetime
    ended_at: datetime
    patients_at_once: int

    @property
    def minutes(self) -> int:
        return whole_minutes(self.ended_at - self.began_at)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A code that may apply. `units` is None where the record cannot give their number."""

    code: str
    conditions: tuple[Message, ...]
    units: float | None = None


def monitoring_ended_at(facts: SessionFacts) -> datetime | None:
    """When the monitoring was over: as the patient left, or was last seen."""
    departure = facts.departure
    return (departure.last_seen_at or departure.at) if departure else None


def observation(facts: SessionFacts) -> Observation | None:
    """From the first device to the end of the monitoring; None where nothing was given."""
    first, last, ended = facts.first_dose_at, facts.last_dose_at, monitoring_ended_at(facts)
    if first is None:
        return None
    return Observation(
        first,
        ended,
        None if ended is None else whole_minutes(ended - first),
        None if ended is None or last is None else whole_minutes(ended - last),
    )


def contact_minutes(contacts: Iterable[Contact]) -> int:
    """Minutes in which at least one of them was with the patient: what two people spent there
    together counts once [D]."""
    total, until = timedelta(0), datetime.min.replace(tzinfo=UTC)
    for contact in sorted(contacts, key=lambda c: c.began_at):
        total += max(timedelta(0), contact.ended_at - max(contact.began_at, until))
        until = max(until, contact.ended_at)
    return whole_minutes(total)


def at_once(contact: Contact, recorded: Iterable[Contact]) -> int:
    """With how many patients the same person was at most at one moment of `contact`, by all that
    they recorded."""
    same = [
        c
        for c in recorded
        if c.person == contact.person
        and c.session != contact.session
        and c.began_at < contact.ended_at
        and contact.began_at < c.ended_at
    ]
    moments = [contact.began_at, *(max(c.began_at, contact.began_at) for c in same)]
    return 1 + max(len({c.session for c in same if c.began_at <= m < c.ended_at}) for m in moments)


def counts(contact: Contact, recorded: Iterable[Contact]) -> bool:
    """Whether no more than two patients at once were with its person, by their own number and by
    what else they recorded."""
    return max(contact.patients_at_once, at_once(contact, recorded)) <= MOST_AT_ONCE


def ndc(facts: SessionFacts) -> tuple[str, ...]:
    """What is known here of the drug's National Drug Code: one for each size of carton."""
    protocol = facts.protocol
    return (
        () if protocol.is_infusion else NDC_BY_DRUG.get((protocol.drug, protocol.jurisdiction), ())
    )


def candidates(
    facts: SessionFacts,
    day: date,
    contacts: Iterable[Contact],
    recorded: Iterable[Contact] = (),
) -> tuple[Candidate, ...]:
    """Codes that may apply to a session of `day`, each with its conditions.

    `recorded` is what the same people recorded in other sessions. The codes are those of the United
    States; of a session by a protocol of another country there is none.
    """
    if facts.protocol.jurisdiction not in {"US", ""}:
        return ()
    of_drug = [] if facts.protocol.is_infusion else [*_visit(facts), *_drug(facts, day)]
    return (*of_drug, *_prolonged(list(contacts), list(recorded)))


def _visit(facts: SessionFacts) -> Iterator[Candidate]:
    """By the dose; both where it is not known to be over the limit, or not to be."""
    if not facts.doses:
        return
    least, most = facts.given_mg, facts.given_mg + _unknown_mg(facts)
    seen = observation(facts)
    after = seen.minutes_after_last if seen else None
    shared = (
        Message("established_patient"),
        Message("includes_two_hours", {"minutes": after})
        if after is not None
        else Message("includes_two_hours_open"),
    )
    is_open = bool(facts.devices_open) or least <= MOST_OF_G2082 < most
    unsure = (Message("dose_not_final"),) if is_open else ()
    if least <= MOST_OF_G2082:
        given = Message("up_to_mg", {"limit": MOST_OF_G2082, "mg": least})
        yield Candidate("G2082", (given, *unsure, *shared), 1)
    if most > MOST_OF_G2082:
        given = Message("more_than_mg", {"limit": MOST_OF_G2082, "mg": least})
        yield Candidate("G2083", (given, *unsure, *shared), 1)


def _drug(facts: SessionFacts, day: date) -> Iterator[Candidate]:
    if not facts.doses:
        return
    code = "J0013" if day >= J0013_SINCE else "S0013"
    found = [Message("each_mg", {"mg": facts.given_mg})]
    if _unknown_mg(facts):
        found.append(Message("part_not_known"))
    if code == "J0013":
        found.append(Message("since_day", {"day": J0013_SINCE}))
    yield Candidate(code, (*found, Message("drug_is_in_visit")), facts.given_mg)


def _unknown_mg(facts: SessionFacts) -> float:
    """What more may have left devices that were recorded as given in part, and not how much."""
    each = facts.protocol.device_mg or 0
    return each * sum(d.sprays is None and d.is_complete is False for d in facts.doses)


def _prolonged(contacts: list[Contact], recorded: list[Contact]) -> Iterator[Candidate]:
    """Nurses' and clinicians' contact are of different codes, and are counted apart."""
    nurses = [c for c in contacts if c.role == "nurse"]
    counted = [c for c in nurses if counts(c, recorded)]
    minutes, left_out = contact_minutes(counted), len(nurses) - len(counted)
    if minutes >= STAFF_FROM:
        params = {"minutes": minutes, "limit": MOST_AT_ONCE}
        more = (Message("above_left_out", {"count": left_out}),) if left_out else ()
        shared = (*more, Message("not_with_99417"), Message("hours_are_in_visit"))
        yield Candidate("99415", (Message("staff_first_hour", params), *shared), 1)
        if further := max(0, minutes - STAFF_FIRST) // STAFF_FURTHER:
            yield Candidate("99416", (Message("staff_further", params), *shared), further)
    minutes = contact_minutes(c for c in contacts if c.role == "clinician")
    if minutes >= CLINICIAN_EACH:
        params = {"minutes": minutes, "each": CLINICIAN_EACH}
        given = (Message("clinician_each", params), Message("beyond_the_visit"))
        yield Candidate("99417", (*given, Message("commercial"), Message("not_with_99415")))
        yield Candidate("G2212", (*given, Message("medicare")))
