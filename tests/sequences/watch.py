"""Steps by which people take over from one another, and take back that they were there."""

from __future__ import annotations

from typing import Any

from clinic.ids import uuid7
from monitoring import actions
from monitoring.rules.people import offered
from tests.factories.people import person
from tests.factories.visits import Visit


def hand_over(visit: Visit) -> Any:
    to_id, now = person(visit.site, "clinician").pk, visit.clock.now()
    return actions.hand_over_prescriber(visit.id, visit.nurse, id=uuid7(), to_id=to_id, at=now)


def offer(visit: Visit) -> Any:
    to_id = visit.clinician.pk
    return actions.hand_over_watch(visit.id, visit.nurse, id=uuid7(), to_id=to_id)


def accept(visit: Visit) -> Any:
    if (found := offered(visit.session.facts())) is None:
        return None
    return actions.accept_watch(visit.id, visit.clinician, id=uuid7(), handover_id=found.id)


def strike_contact(visit: Visit) -> Any:
    found = visit.session.staffcontact_set.filter(strike=None).last()
    return found and visit.strike_contact(found)
