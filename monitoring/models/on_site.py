"""Who is at the site: prescribers, and who watches how many patients."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Max, Q

from clinic import clock
from clinic.models import Membership, Staff
from monitoring.models.admission import Admission
from monitoring.models.event import Event
from monitoring.models.session import Session
from monitoring.models.standing import standing
from monitoring.rules.readiness import Item

OBSERVERS = (Membership.Role.NURSE, Membership.Role.CLINICIAN)


def prescribers_at(site_id: UUID) -> models.QuerySet[Staff]:
    """Active clinicians of the site."""
    return _working(site_id, (Membership.Role.CLINICIAN,))


def observers_at(site_id: UUID) -> models.QuerySet[Staff]:
    """Who may watch a patient at the site: active nurses and clinicians."""
    return _working(site_id, OBSERVERS)


def _working(site_id: UUID, roles: tuple[Membership.Role, ...]) -> models.QuerySet[Staff]:
    here = Membership.objects.filter(site=site_id, role__in=roles).values("staff")
    return Staff.objects.filter(pk__in=here, is_active=True)


def one_of(people: models.QuerySet[Staff], id: UUID | None) -> Staff | None:
    return people.filter(pk=id).first() if id else None


def others_than(people: models.QuerySet[Staff], id: UUID | None) -> models.QuerySet[Staff]:
    return people.exclude(pk=id) if id else people


def gone_prescriber(session: Session) -> bool:
    """Whether the prescriber on site of `session` works here no more, or has left the site since:
    handed over in another session, and was named nowhere after that (CLINICAL 8, rule 28)."""
    person = session.prescriber_id
    if person is None or not prescribers_at(session.site_id).filter(pk=person).exists():
        return True
    left_at = _left_at(session.site_id, person)
    return left_at is not None and not _named_since(session.site_id, person, left_at)


def before_device(session: Session) -> list[Item]:
    """What of the people keeps the next device, or infusion, from being given."""
    if not gone_prescriber(session):
        return []
    if session.prescriber is None:
        return [Item("prescriber", closes="prescriber")]
    name = session.prescriber.printed_name
    return [Item("prescriber_gone", {"name": name}, closes="prescriber")]


def _left_at(site_id: UUID, person: UUID) -> datetime | None:
    """When the person last handed over being the prescriber on site, up to now."""
    leavings = standing(Event).filter(
        session__site=site_id,
        hands_over=Event.Of.PRESCRIBER,
        handed_from=person,
        recorded_at__lte=clock.now(),
    )
    found: datetime | None = leavings.aggregate(at=Max("recorded_at"))["at"]
    return found


def _named_since(site_id: UUID, person: UUID, at: datetime) -> bool:
    admitted = standing(Admission).filter(
        session__site=site_id, prescriber=person, recorded_at__gt=at
    )
    handed = standing(Event).filter(
        Q(session__site=site_id, hands_over=Event.Of.PRESCRIBER),
        handed_to=person,
        recorded_at__gt=at,
    )
    return admitted.exists() or handed.exists()


def watched_with(session: Session, person: Staff) -> int:
    """How many patients of the site `person` watches, once this session is one of them."""
    open_now = Session.objects.filter(site=session.site_id, observer=person).in_progress()
    return open_now.exclude(pk=session.pk).count() + 1
