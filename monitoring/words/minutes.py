"""The page of the minutes of a session, in words: facts with where they come from, what is missing
with who supplies it, and the conditions of each code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clinic.pages import moments
from monitoring.models import Clearance, Departure, Dose, DoseEnd, Session, Withdrawal
from monitoring.rules import people as people_rules
from monitoring.rules.facts import SessionFacts
from monitoring.rules.minutes import Candidate, Observation, ndc
from monitoring.words import people, wording
from monitoring.words.given import milligrams
from monitoring.words.sentences_of_minutes import CONDITIONS


@dataclass(frozen=True, slots=True)
class Line:
    """A fact, and where it comes from; or, without `words`, what is missing and who supplies it."""

    label: str
    words: str
    origin: str


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One device, or one part of an infusion, that stands; `waste` says what was not given."""

    number: int
    product: str
    at: str
    given: str
    waste: str
    lot: str
    expiry: str
    by: str


@dataclass(frozen=True, slots=True)
class CodeLine:
    code: str
    units: str
    conditions: tuple[str, ...]


def observation(session: Session, found: Observation | None) -> list[Line]:
    """The first kind of minutes."""
    if found is None:
        return []
    is_infusion = session.protocol_version.protocol().is_infusion
    first = _("Start of the infusion") if is_infusion else _("First device")
    facts = [Line(first, moments.day_clock(found.began_at), _("Dose"))]
    departure = next(iter(session.rows.of(Departure)), None)
    if found.ended_at is None or departure is None:
        missing = _("whoever sees the patient off records the departure")
        return [*facts, Line(_("End of the monitoring"), "", missing)]
    how = f"{moments.day_clock(found.ended_at)}, {departure.get_kind_display()}"
    span = _("%(minutes)s min") % {"minutes": found.minutes}
    of = _("from the start of the infusion to the end of the monitoring")
    if not is_infusion:
        of = _("from the first device to the end of the monitoring")
    return [
        *facts,
        Line(_("End of the monitoring"), how, _("Departure")),
        Line(_("Observation"), span, of),
    ]


def doses(session: Session, facts: SessionFacts) -> list[DoseLine]:
    known = {dose.id: dose for dose in (*facts.doses, *facts.failed)}
    return [_dose(session, row, known[row.pk].mg) for row in session.rows.standing(Dose)]


def _dose(session: Session, row: Dose, mg: float) -> DoseLine:
    end = session.rows.beside(row, DoseEnd)
    waste = [row.partial_detail, end.partial_detail if end else "", row.complaint]
    is_unknown = row.is_complete is False and row.sprays is None and end is None
    return DoseLine(
        row.number,
        row.product,
        moments.day_clock(row.started_at),
        _("not known") if is_unknown else milligrams(mg),
        "; ".join(filter(None, waste)),
        row.lot,
        moments.day(row.expiry),
        people.recorder(row),
    )


def drug(facts: SessionFacts) -> Line:
    """The NDC is on the carton, which the record does not know."""
    if numbers := ndc(facts):
        two, three = numbers
        words = _("%(two)s (carton of 2 devices) or %(three)s (carton of 3)")
        which = _("which of them is not kept here: read it from the carton")
        return Line(_("NDC"), words % {"two": two, "three": three}, which)
    return Line(_("NDC"), "", _("not kept here: read it from the carton"))


def staff(session: Session, facts: SessionFacts) -> list[Line]:
    """The prescriber on site, who watched, and who signed."""
    prescribers = people.spans(session, people_rules.prescribers(facts))
    observers = people.spans(session, people_rules.observers(facts))
    named = _("whoever admits the patient names the prescriber")
    found = [
        Line(
            _("Prescriber on site"),
            prescribers,
            _("Arrival and handovers") if prescribers else named,
        )
    ]
    if observers:
        found.append(Line(_("Watched by"), observers, _("Arrival and handovers")))
    return [*found, _signer(session)]


def _signer(session: Session) -> Line:
    standing = [
        clearance
        for clearance in session.rows.of(Clearance)
        if session.rows.beside(clearance, Withdrawal) is None
    ]
    departure = next(iter(session.rows.of(Departure)), None)
    if departure is not None:
        standing = [c for c in standing if c.pk == departure.clearance_id]
        if not standing:
            return Line(_("Signed by"), _("No one: left without a clearance"), _("Departure"))
    if not standing:
        return Line(_("Signed by"), "", _("a clinician signs the clearance"))
    params = {"name": standing[-1].printed_name, "at": moments.day_clock(standing[-1].signed_at)}
    return Line(_("Signed by"), _("%(name)s, %(at)s") % params, _("Clearance"))


def codes(candidates: Iterable[Candidate]) -> list[CodeLine]:
    """None is a claim: each has its conditions, and the payer decides."""
    return [CodeLine(c.code, _units(c.units), tuple(_conditions(c))) for c in candidates]


def _units(units: float | None) -> str:
    return "" if units is None else f"{units:g}"


def _conditions(candidate: Candidate) -> Iterator[str]:
    for message in candidate.conditions:
        yield wording.say(CONDITIONS[message.code], message.params)


def missing(lines: Iterable[Line], *, has_contacts: bool) -> list[Line]:
    """What the record does not hold, each with who supplies it."""
    found = [line for line in lines if not line.words]
    if not has_contacts:
        whom = _("whoever was with the patient records their own")
        found.append(Line(_("Staff contact"), "", whom))
    return [*found, Line(_("Payer"), "", _("not kept here: whoever bills knows it"))]
