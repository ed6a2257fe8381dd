"""The verbs: the only code that changes the record.

Each takes the acting staff member and plain values, opens one transaction, locks the session,
asks `access` and `rules`, writes, and returns the row it made or raises NotAllowed, Refused or
Conflict. What it is called, who may and in which phases is declared beside it: `give_dose.phases`.
"""

from __future__ import annotations

from clinic.refusal import Conflict, NotAllowed, Refused
from clinic.verbs import Verb
from monitoring.actions.accept_watch import accept_watch
from monitoring.actions.admit_patient import admit_patient
from monitoring.actions.amend_patient import amend_patient
from monitoring.actions.amend_record import amend_record
from monitoring.actions.answer_form import answer_form
from monitoring.actions.cancel_session import cancel_session
from monitoring.actions.change_protocol import change_protocol
from monitoring.actions.confirm_strike import confirm_strike
from monitoring.actions.correct_dose import correct_dose
from monitoring.actions.correct_event import correct_event
from monitoring.actions.correct_reading import correct_reading
from monitoring.actions.decide_dose import decide_dose
from monitoring.actions.defer_dose import defer_dose
from monitoring.actions.depart import depart
from monitoring.actions.end_infusion import end_infusion
from monitoring.actions.file_form import file_form
from monitoring.actions.give_dose import give_dose
from monitoring.actions.hand_over_prescriber import hand_over_prescriber
from monitoring.actions.hand_over_watch import hand_over_watch
from monitoring.actions.order_dose import order_dose
from monitoring.actions.plan_session import plan_session
from monitoring.actions.publish_protocol import publish_protocol
from monitoring.actions.record_call import record_call
from monitoring.actions.record_event import record_event
from monitoring.actions.record_medication import record_medication
from monitoring.actions.record_reading import record_reading
from monitoring.actions.record_screen import record_screen
from monitoring.actions.record_staff_contact import record_staff_contact
from monitoring.actions.register_patient import register_patient
from monitoring.actions.respond_to_flag import respond_to_flag
from monitoring.actions.review_event import review_event
from monitoring.actions.review_reading import review_reading
from monitoring.actions.sign_clearance import sign_clearance
from monitoring.actions.strike import strike
from monitoring.actions.strike_staff_contact import strike_staff_contact
from monitoring.actions.withdraw_clearance import withdraw_clearance

__all__ = [
    "VERBS",
    "Conflict",
    "NotAllowed",
    "Refused",
    "accept_watch",
    "admit_patient",
    "amend_patient",
    "amend_record",
    "answer_form",
    "cancel_session",
    "change_protocol",
    "confirm_strike",
    "correct_dose",
    "correct_event",
    "correct_reading",
    "decide_dose",
    "defer_dose",
    "depart",
    "end_infusion",
    "file_form",
    "give_dose",
    "hand_over_prescriber",
    "hand_over_watch",
    "order_dose",
    "plan_session",
    "publish_protocol",
    "record_call",
    "record_event",
    "record_medication",
    "record_reading",
    "record_screen",
    "record_staff_contact",
    "register_patient",
    "respond_to_flag",
    "review_event",
    "review_reading",
    "sign_clearance",
    "strike",
    "strike_staff_contact",
    "withdraw_clearance",
]

VERBS: tuple[Verb[..., object], ...] = tuple(v for v in vars().values() if isinstance(v, Verb))
"""Every verb of the record, as it is declared."""
