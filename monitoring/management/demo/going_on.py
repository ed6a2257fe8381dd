"""One session of the demo that goes on from where it stands, up to now."""

from __future__ import annotations

from datetime import timedelta

from monitoring import actions
from monitoring.actions.order_dose import Ordering
from monitoring.management.demo.people import least_busy
from monitoring.management.demo.play import DEVICE_MG, Plot, follow_up, observe
from monitoring.management.demo.visit import Visit
from monitoring.models import Order, Session
from monitoring.rules.flags import unanswered
from monitoring.rules.schedule import OPEN, slots
from monitoring.rules.suicidality import unreviewed

PLAIN = Plot()
LEFT = 5
"""Minutes for which a reading that is due is left to whoever looks at the board."""


def go_on(visit: Visit, password: str) -> None:
    """Each step after the one before it, as a nurse and a clinician would; an infusion that runs
    or is paused is left as it is. Raises Refused where the session asks for a person."""
    if visit.facts.phase == "planned" and not _come(visit):
        return
    if not visit.facts.doses and not _prepare(visit):
        return
    if not _give(visit):
        return
    if visit.facts.phase != "cleared":
        _watch(visit)
        if not _sign(visit, password):
            return
    if _after(visit, 4, 9):
        visit.leave()


def _after(visit: Visit, low: float, high: float) -> bool:
    """Whether some minutes have passed since the last step; if so, the next is made then."""
    moment = visit.clock.now() + timedelta(minutes=visit.rng.uniform(low, high))
    if moment > visit.clock.present:
        return False
    visit.clock.move_to(moment)
    return True


def _come(visit: Visit) -> bool:
    """Ordered by a clinician where it was planned by a nurse, then admitted."""
    if not _after(visit, 1, 6):
        return False
    if visit.facts.ordered is None:
        session = Session.read(visit.id)
        ordering = Ordering(
            mg=session.planned_mg,
            treatment_phase=session.treatment_phase or Order.TreatmentPhase.INDUCTION,
            reason=session.planned_reason or "As last time, tolerated well",
        )
        id = visit.new_id()
        actions.order_dose(visit.id, visit.clinician, id=id, replaces_id=None, ordering=ordering)
    visit.nurse = least_busy(visit.team)
    visit.admit()
    visit.reload()
    return True


def _prepare(visit: Visit) -> bool:
    """The reading before the dose, and the clinician's decision where it is asked for."""
    if visit.facts.protocol.is_infusion:
        return False
    if visit.facts.predose is None:
        if not _after(visit, 6, 10):
            return False
        visit.predose()
    if not _after(visit, 5, 9):
        return False
    visit.decide("Seen at the chair; rested, no symptoms")
    return True


def _give(visit: Visit) -> bool:
    """The devices that are open, each after its rest."""
    facts = visit.facts
    if facts.protocol.is_infusion:
        return facts.devices_open == 0 and facts.last_dose_at is not None
    for number in range(len(facts.doses) + 1, int(facts.planned_mg) // DEVICE_MG + 1):
        if facts.is_dose_stopped or (number > 1 and not _after(visit, 5.1, 6.5)):
            break
        visit.dose(number)
    visit.reload()
    return visit.facts.devices_open == 0


def _watch(visit: Visit) -> None:
    """Answers and reviews of what is open, then each reading up to some minutes ago."""
    if unanswered(visit.facts):
        if not _after(visit, 8, 12):
            return
        visit.respond()
    for event in unreviewed(visit.facts):
        visit.review(event.id, "Thoughts without plan or intent, known", "Safety plan")
    visit.confirm_strikes()
    present = visit.clock.present
    until = (present - visit.first_dose_at) / timedelta(minutes=1) - LEFT
    follow_up(visit, until)
    read = [s.minutes for s in slots(visit.facts, present) if s.reading and s.state not in OPEN]
    observe(visit, PLAIN, after=max(read, default=0), until=until)


def _sign(visit: Visit, password: str) -> bool:
    """Signed some minutes after the window, once the patient is well; a set that is too old is
    taken again."""
    ends = visit.facts.window_ends_at
    if ends is None or ends + timedelta(minutes=LEFT) > visit.clock.present:
        return False
    visit.clock.move_to(max(visit.clock.now(), ends + timedelta(minutes=1)))
    if not visit.is_complete() and _after(visit, 1, 3):
        visit.read(None)
        visit.respond()
    if not _after(visit, 1, 3) or not visit.is_ready():
        return False
    visit.sign(password)
    visit.reload()
    return True
