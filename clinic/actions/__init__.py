"""The verbs of the organisation: the only code that changes its sites and people, one a file.

Each takes the acting person and plain values, and raises what `clinic.refusal` names.
"""

from __future__ import annotations

from clinic.actions.accept_invitation import accept_invitation
from clinic.actions.amend_contact import amend_contact
from clinic.actions.amend_own_contact import amend_own_contact
from clinic.actions.amend_site import amend_site
from clinic.actions.cancel_proposal import cancel_proposal
from clinic.actions.change_password import change_password
from clinic.actions.change_roles import change_roles
from clinic.actions.choose_pin import choose_pin
from clinic.actions.confirm_proposal import confirm_proposal
from clinic.actions.deactivate_person import deactivate_person
from clinic.actions.delete_view import delete_view
from clinic.actions.end_emergency import end_emergency
from clinic.actions.end_sign_in import end_sign_in
from clinic.actions.enrol_tablet import enrol_tablet
from clinic.actions.enter_emergency import enter_emergency
from clinic.actions.invite_person import invite_person
from clinic.actions.leave_emergency import leave_emergency
from clinic.actions.open_site import open_site
from clinic.actions.people import NewPerson
from clinic.actions.propose_new_sign_in import propose_new_sign_in
from clinic.actions.reactivate_person import reactivate_person
from clinic.actions.rename_view import rename_view
from clinic.actions.renew_link import renew_link
from clinic.actions.require_second_factor import require_second_factor
from clinic.actions.review_emergency import review_emergency
from clinic.actions.revoke_tablet import revoke_tablet
from clinic.actions.save_view import save_view
from clinic.actions.try_pin import try_pin

__all__ = [
    "NewPerson",
    "accept_invitation",
    "amend_contact",
    "amend_own_contact",
    "amend_site",
    "cancel_proposal",
    "change_password",
    "change_roles",
    "choose_pin",
    "confirm_proposal",
    "deactivate_person",
    "delete_view",
    "end_emergency",
    "end_sign_in",
    "enrol_tablet",
    "enter_emergency",
    "invite_person",
    "leave_emergency",
    "open_site",
    "propose_new_sign_in",
    "reactivate_person",
    "rename_view",
    "renew_link",
    "require_second_factor",
    "review_emergency",
    "revoke_tablet",
    "save_view",
    "try_pin",
]
