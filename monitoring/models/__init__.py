"""The tables and the constraints that hold them true, one noun a file."""

from __future__ import annotations

from monitoring.models.access import AccessEntry, ListedPatient
from monitoring.models.admission import Admission
from monitoring.models.amendment import Amendment, Review
from monitoring.models.call import Call
from monitoring.models.clearance import Clearance, Withdrawal
from monitoring.models.contact import StaffContact, StaffContactStrike
from monitoring.models.decision import Decision
from monitoring.models.departure import Departure
from monitoring.models.derived import Derived, Figures, Tag
from monitoring.models.dose import Dose, DoseEnd
from monitoring.models.event import Event
from monitoring.models.form import FormAnswers, FormFiling
from monitoring.models.order import Order
from monitoring.models.patient import Patient, PatientAmendment
from monitoring.models.protocol import ProtocolVersion, SiteProtocol
from monitoring.models.reading import Reading
from monitoring.models.row import SessionFact, SessionRow
from monitoring.models.session import Session
from monitoring.models.strike import Strike, StrikeConfirmation

__all__ = [
    "AccessEntry",
    "Admission",
    "Amendment",
    "Call",
    "Clearance",
    "Decision",
    "Departure",
    "Derived",
    "Dose",
    "DoseEnd",
    "Event",
    "Figures",
    "FormAnswers",
    "FormFiling",
    "ListedPatient",
    "Order",
    "Patient",
    "PatientAmendment",
    "ProtocolVersion",
    "Reading",
    "Review",
    "Session",
    "SessionFact",
    "SessionRow",
    "SiteProtocol",
    "StaffContact",
    "StaffContactStrike",
    "Strike",
    "StrikeConfirmation",
    "Tag",
    "Withdrawal",
]
