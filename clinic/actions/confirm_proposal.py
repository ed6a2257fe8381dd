"""Confirm what was proposed, and do it."""

from __future__ import annotations

from uuid import UUID

from clinic import proposals
from clinic.access import Permission
from clinic.actions.people import end_proposal, open_proposal, restart_sign_in
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Membership, Proposal, Site, Staff
from clinic.refusal import refuse


@organisation_verb(Permission.MANAGE_STAFF)
def confirm_proposal(
    work: OrganisationWork, by: Staff, site: Site, proposal_id: UUID, *, with_passkey: bool = False
) -> Proposal:
    """Do what was proposed. `with_passkey`: `by` signed in with a passkey of their own.

    The person it is about may, too. Raises NotAllowed for someone who has no part in it, and
    Refused for one that ended, for who proposed it while another could confirm or a day has not
    passed, and for a person without a passkey of their own that is a day older than the proposal.
    """
    found = open_proposal(by, site, proposal_id)
    work.by = by
    if found.staff_id == by.pk:
        if not (with_passkey and proposals.has_old_passkey(by, found)):
            raise refuse("own_passkey")
    elif found.proposed_by_id == by.pk:
        if found.effective_at is None:
            raise refuse("second_administrator")
        if work.now < found.effective_at:
            raise refuse("wait_a_day")
    end_proposal(work, found, by, is_confirmed=True)
    held = Membership.objects.filter(staff=found.staff, site=site, role=found.role)
    if not found.role:
        restart_sign_in(work, found.staff)
    elif not held.exists():
        work.log.insert(Membership(staff=found.staff, site=site, role=found.role))
    return found
