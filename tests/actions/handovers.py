"""Handovers as people do them."""

from __future__ import annotations

from typing import Any

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring import actions
from monitoring.models import Event
from monitoring.rules.deviations import deviations
from tests.clock import TestClock
from tests.factories.followed import MEANT_NOW
from tests.factories.people import person
from tests.factories.record import PatientFactory
from tests.factories.visits import Visit, admitted


def prescriber_leaves(visit: Visit, to: Staff, **given: Any) -> Event:
    at = given.pop("at", visit.clock.now())
    return actions.hand_over_prescriber(
        visit.id,
        visit.nurse,
        id=uuid7(),
        to_id=to.pk,
        at=at,
        confirmed_at=at,
        sending=MEANT_NOW,
        **given,
    )


def offer(visit: Visit, to: Staff, by: Staff | None = None) -> Event:
    return actions.hand_over_watch(visit.id, by or visit.nurse, id=uuid7(), to_id=to.pk)


def accept(visit: Visit, handover: Any, by: Staff) -> Event:
    return actions.accept_watch(visit.id, by, id=uuid7(), handover_id=handover.pk)


def codes(visit: Visit) -> list[str]:
    return [d.code for d in deviations(visit.session.facts(), visit.clock.now())]


def three(clock: TestClock, site: Site) -> list[Visit]:
    people = (person(site, "nurse"), person(site, "clinician"))
    first = admitted(clock, site=site, people=people)
    more = [
        admitted(
            clock,
            site=site,
            people=people,
            version=first.version,
            patient=PatientFactory.create(site=site),
        )
        for _ in range(2)
    ]
    return [first, *more]
