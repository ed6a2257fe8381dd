"""The one table of who may do what, by role at a site. Everything else asks it.

Access is denied unless granted: a role that is not listed may nothing, and being superuser is no
role. Every page carries the permission it needs; `tests/clinic/test_access.py` walks all routes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from clinic import clock

if TYPE_CHECKING:
    from clinic.models import Site, Staff


class Permission(Enum):
    VIEW_BOARD = "view_board"
    VIEW_PATIENT = "view_patient"
    REGISTER_PATIENT = "register_patient"
    AMEND_PATIENT = "amend_patient"
    VIEW_SESSION = "view_session"
    PLAN_SESSION = "plan_session"
    ORDER_DOSE = "order_dose"
    ADMIT_PATIENT = "admit_patient"
    HAND_OVER = "hand_over"
    DECIDE_DOSE = "decide_dose"
    GIVE_DOSE = "give_dose"
    RECORD_READING = "record_reading"
    RECORD_EVENT = "record_event"
    RECORD_STAFF_CONTACT = "record_staff_contact"
    SIGN_CLEARANCE = "sign_clearance"
    DEPART = "depart"
    AMEND_RECORD = "amend_record"
    REVIEW_READING = "review_reading"
    CONFIRM_STRIKE = "confirm_strike"
    REVIEW_EVENT = "review_event"
    CALL_PATIENT = "call_patient"
    LET_LEAVE_ALONE = "let_leave_alone"
    VIEW_FORMS = "view_forms"
    ANSWER_FORM = "answer_form"
    FILE_FORM = "file_form"
    VIEW_MINUTES = "view_minutes"
    VIEW_REGISTER = "view_register"
    EXPORT = "export"
    VIEW_PROTOCOL = "view_protocol"
    CHANGE_PROTOCOL = "change_protocol"
    VIEW_ACCESS = "view_access"
    VIEW_TRAIL = "view_trail"
    VERIFY_RECORD = "verify_record"
    VIEW_STAFF = "view_staff"
    """People, their roles, tablets, sign-ins and emergency access: to see them, and no more."""
    MANAGE_STAFF = "manage_staff"
    MANAGE_TABLETS = "manage_tablets"
    AMEND_SITE = "amend_site"
    ENTER_IN_EMERGENCY = "enter_in_emergency"
    REVIEW_VISIT = "review_visit"


_READS = {
    Permission.VIEW_PATIENT,
    Permission.VIEW_SESSION,
    Permission.VIEW_PROTOCOL,
}
_NURSE = _READS | {
    Permission.VIEW_BOARD,
    Permission.REGISTER_PATIENT,
    Permission.AMEND_PATIENT,
    Permission.PLAN_SESSION,
    Permission.ADMIT_PATIENT,
    Permission.HAND_OVER,
    Permission.GIVE_DOSE,
    Permission.RECORD_READING,
    Permission.RECORD_EVENT,
    Permission.RECORD_STAFF_CONTACT,
    Permission.DEPART,
    Permission.AMEND_RECORD,
    Permission.CALL_PATIENT,
    Permission.VIEW_FORMS,
    Permission.ANSWER_FORM,
}
_CLINICIAN = _NURSE | {
    Permission.ORDER_DOSE,
    Permission.DECIDE_DOSE,
    Permission.SIGN_CLEARANCE,
    Permission.REVIEW_READING,
    Permission.CONFIRM_STRIKE,
    Permission.REVIEW_EVENT,
    Permission.LET_LEAVE_ALONE,
    Permission.FILE_FORM,
    Permission.VIEW_MINUTES,
    Permission.CHANGE_PROTOCOL,
    Permission.VERIFY_RECORD,
    Permission.ENTER_IN_EMERGENCY,
    Permission.REVIEW_VISIT,
}
_EMERGENCY = _READS | {
    Permission.VIEW_BOARD,
    Permission.RECORD_READING,
    Permission.RECORD_EVENT,
}
"""Enough to help: to read, measure and say what was done. Only the site's own clinician decides on
a dose or signs."""
_REVIEWER = _READS | {
    Permission.VIEW_FORMS,
    Permission.VIEW_MINUTES,
    Permission.VIEW_REGISTER,
    Permission.EXPORT,
    Permission.VIEW_ACCESS,
    Permission.VIEW_TRAIL,
    Permission.VIEW_STAFF,
    Permission.VERIFY_RECORD,
}

PERMISSIONS: dict[str, frozenset[Permission]] = {
    "nurse": frozenset(_NURSE),
    "clinician": frozenset(_CLINICIAN),
    "administrator": frozenset(
        _REVIEWER
        | {
            Permission.MANAGE_STAFF,
            Permission.MANAGE_TABLETS,
            Permission.AMEND_SITE,
            Permission.FILE_FORM,
            Permission.REVIEW_VISIT,
        }
    ),
    "auditor": frozenset(_REVIEWER),
    "emergency": frozenset(_EMERGENCY),
}

NEED_SECOND_FACTOR = frozenset({"clinician", "administrator", "emergency"})
"""Roles that do nothing without a second factor, where the site asks for one."""


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What `roles` may do together: roles add up."""
    return frozenset().union(*(PERMISSIONS.get(role, frozenset()) for role in roles))


def may(staff: Staff, permission: Permission, site: Site) -> bool:
    """Whether `staff`, being active, may do `permission` at `site`."""
    if not staff.is_active:
        return False
    now = clock.now()
    held = (m for m in staff.memberships.all() if m.site_id == site.pk and m.is_in_force(now))
    return permission in permissions_of(m.role for m in held)
