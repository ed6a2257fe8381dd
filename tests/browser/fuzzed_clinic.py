"""A clinic with a session in every phase, and every form of it with what it takes now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring.models import Patient
from monitoring.rules.protocol import KETAMINE_IV
from tests.browser.fuzz import CANARY, Form
from tests.clock import TestClock
from tests.factories import people
from tests.factories import posted as right
from tests.factories.people import SiteFactory, StaffFactory
from tests.factories.visits import (
    Visit,
    admitted,
    discharged,
    dosed,
    planned,
    predosed,
    ready_to_sign,
    signed,
)

EMPTY = {"id": ""}
AMENDED = {"amended": "0", "reason": "Told us"}
PARTIAL = {"sprays": "1", "kind": "partial", "partial_detail": "Half"}


def at(name: str, visit: Visit, **more: Any) -> str:
    return reverse(name, kwargs={"session_id": visit.id} | more)


def plain(route: str, body: Callable[[], dict[str, str]]) -> Form:
    """A form whose address names nothing."""
    return Form(route, reverse(route), body)


def row(route: str, visit: Visit, **body: str) -> Form:
    """A form of a session that takes `body`."""
    return Form(route, at(route, visit), lambda: EMPTY | body)


def made(route: str, visit: Visit, body: Callable[[Visit], dict[str, str]], **more: Any) -> Form:
    """A form of a session that takes what `body` makes of it when it is sent."""
    return Form(route, at(route, visit, **more), lambda: EMPTY | body(visit))


def reading(visit: Visit) -> dict[str, str]:
    return right.READING | {"note": "Well", "late_reason": "Busy", "taken_at": ""}


def correction(visit: Visit) -> dict[str, str]:
    return reading(visit) | {"correction_reason": "Slip"}


class Clinic:
    """A site with a session in every phase, and the forms of each."""

    def __init__(self, clock: TestClock) -> None:
        self.site: Site = SiteFactory.create(name="Fuzzed")
        make: dict[str, Any] = {"clock": clock, "site": self.site}
        self.planned, self.called_off = planned(**make), planned(**make)
        self.arrived, self.put_off = admitted(**make), admitted(**make)
        self.read, self.decided = predosed(**make), predosed(**make)
        self.running = predosed(**make, protocol=KETAMINE_IV, planned_mg=36)
        self.running.dose()
        self.dosed, self.leaving = dosed(**make), dosed(**make)
        self.flagged = self.dosed.read(systolic=196, diastolic=104)
        self.signed = signed(**make)
        self.closed = discharged(**make)
        self.late = self.closed.read()
        self.ready = ready_to_sign(**make)
        self.visits = [v for v in vars(self).values() if isinstance(v, Visit)]

    def everyone(self, roles: Iterable[str]) -> dict[str, Staff]:
        """A person of each role, of whom one may have none."""
        return {
            role: StaffFactory.create() if role == "no role" else people.person(self.site, role)
            for role in roles
        }

    def ids(self) -> list[Any]:
        found: list[Any] = [self.site.pk, self.flagged.pk, self.late.pk]
        for visit in self.visits:
            found += [visit.id, visit.patient.pk, visit.nurse.pk, visit.version.pk]
        return [*found, self.signed.session.standing_clearance_id, uuid7()]

    def forms(self) -> list[Form]:
        """Every form, with what it takes now."""
        return [*self._forms_of_people(), *self._forms_before_the_dose(), *self._later_forms()]

    def _forms_of_people(self) -> list[Form]:
        person = {"first_name": "Ada", "last_name": "Novak", "credentials": "RN", "roles": "nurse"}
        closed = self.closed
        amend = reverse("patient-amend", args=[closed.patient.pk])
        plan = reverse("session-plan", args=[closed.patient.pk])
        roles = reverse("staff-roles", args=[closed.nurse.pk])
        return [
            plain("patient-register", self._patient),
            Form("patient-amend", amend, lambda: self._patient() | AMENDED),
            plain("staff-invite", lambda: {"id": "", "username": uuid7().hex} | person),
            plain("tablet-enrol", lambda: {"id": "", "name": "Room 2"}),
            plain("second-factor-rule", lambda: {"needed": "no"}),
            Form("staff-roles", roles, lambda: {"id": "", "roles": "nurse"}),
            plain("account-pin", lambda: {"pin": "284719", "again": "284719"}),
            plain("switch-site", lambda: {"site": str(self.site.pk)}),
            Form("session-plan", plan, lambda: {"id": "", "room": "Chair 1"} | right.plan(closed)),
        ]

    def _forms_before_the_dose(self) -> list[Form]:
        dose = {
            "lot": "A1",
            "expiry": "2027-05-31",
            "started_at": "",
            "identified_by": "mrn",
        } | PARTIAL
        return [
            made("admission", self.planned, right.admission),
            row("session-cancel", self.called_off, reason="Ill"),
            row("session-defer", self.put_off, reason="Ill"),
            made("decision", self.decided, right.decision),
            row("dose", self.read, **dose),
            row("infusion-end", self.running, mg="36", ended_at="", **PARTIAL),
        ]

    def _later_forms(self) -> list[Form]:
        flagged, late = self.flagged.pk, self.late.pk
        event = {"kind": "note", "detail": "Calm", "at": "", "is_serious": "", "onset_at": ""}
        leave = {
            "destination": "Hospital",
            "reason": "Pain",
            "had_serious_event": "no",
            "transport": "Ambulance",
            "advice_given": "yes",
        }
        leaving = at("departure", self.leaving) + "?kind=transferred"
        answer = {"informed_other": "Dr No", "ordered_other": "Rest", "at": ""}
        more = {"about": "session", "text": "More", "reason": "Left out"}
        review = {"assessment": "Well", "action_taken": "Rang"}
        read = [self.arrived, self.dosed, self.ready, self.closed]
        return [
            *(made("reading", visit, reading) for visit in read),
            made("reading-correct", self.dosed, correction, reading_id=flagged),
            row("event", self.dosed, **event),
            row("event", self.ready, **event),
            Form("response", at("response", self.dosed, about=flagged), lambda: EMPTY | answer),
            made("clearance", self.ready, right.clearance),
            made("withdrawal", self.signed, right.withdrawal),
            Form("departure", leaving, lambda: EMPTY | leave),
            row("amendment", self.closed, **more),
            Form("review", at("review", self.closed, reading_id=late), lambda: EMPTY | review),
        ]

    def _patient(self) -> dict[str, str]:
        return {"id": ""} | right.PATIENT | {"mrn": uuid7().hex, "allergies": "", "cautions": ""}

    def pages(self) -> list[str]:
        """Where what was kept is shown."""
        named = ["board", "patient-list", "session-list", "access-list", "staff-list",
                 "tablet-list", "sign-in-list", "review-list"]  # fmt: skip
        found = [reverse(name) for name in named]
        for visit in self.visits:
            names = ("session", "session-report", "verification")
            found += [reverse(name, args=[visit.id]) for name in names]
        kept = Patient.objects.filter(site=self.site, family_name__contains=CANARY)[:10]
        people = Staff.objects.filter(memberships__site=self.site, last_name__contains=CANARY)[:10]
        found += [reverse("patient", args=[p.pk]) for p in kept]
        found += [reverse("person", args=[p.pk]) for p in people]
        for clearance in self.signed.session.clearance_set.all():
            found.append(reverse("signature", args=[self.signed.id, clearance.pk]))
        return found
