"""Keeps a copy of today's database for the upgrade tests: `make keep-database VERSION=…`.

Run once for each version whose tables changed. A copy is never made again: it is what clinics of
that version have.
"""

from __future__ import annotations

import os

from django.core.management import call_command
from django.test import Client

from clinic.ids import uuid7
from clinic.models import Site, Staff
from monitoring import actions
from monitoring.models import Patient, Session
from tests.clock import TestClock
from tests.factories.people import ProposalFactory, ShiftFactory, TabletFactory
from tests.factories.second_factors import App
from tests.upgrade.copies import keep, rows

EMPTY = {"clinic_cache", "clinic_staff_groups", "clinic_staff_user_permissions"}
"""Tables that hold nothing of the record: limits of sign-in, and what is not used."""


def test_keep_this_version(committed_db: None, clock: TestClock) -> None:
    """The demo clinic, which is built by verbs alone, and what the demo leaves out."""
    call_command("demo", days=10, verbosity=0)
    site, rosa = Site.objects.get(name="Lakeside Clinic"), Staff.objects.get(username="rosa")
    patient = Patient.objects.filter(site=site).earliest("pk")
    _amend(patient, rosa)
    _withdraw(site)
    reader = Client()
    reader.force_login(rosa)
    for path in (f"/patients/{patient.pk}/", "/patients/"):
        assert reader.get(path).status_code == 200
    ShiftFactory.create(tablet=TabletFactory.create(site=site), staff=rosa)
    ProposalFactory.create(site=site)
    App(Staff.objects.get(username="mei"))
    empty = {table for table, count in rows().items() if not count} - EMPTY
    assert not empty, "each noun is to be upgraded"
    assert keep(os.environ["VERSION"]).stat().st_size


def _withdraw(site: Site) -> None:
    """Take one of today's signatures back."""
    session = Session.objects.at(site).filter(phase="cleared").latest("pk")
    clearance = session.standing_clearance
    assert clearance is not None
    actions.withdraw_clearance(
        session.pk,
        Staff.objects.get(username="mei"),
        id=uuid7(),
        clearance_id=clearance.pk,
        reason="New complaint",
    )


def _amend(patient: Patient, by: Staff) -> None:
    values = {name: getattr(patient, name) for name in Patient.AMENDED}
    actions.amend_patient(
        patient.pk,
        by,
        id=uuid7(),
        amended=patient.amended,
        values={**values, "telephone": "555 0199"},
        reason="Gave us a new number today",
    )
