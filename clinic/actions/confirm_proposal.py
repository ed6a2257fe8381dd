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

    A second administrator may, and the person whom the proposal is about. Raises NotAllowed for
    anyone else. Raises Refused when the proposal has ended; when `by` proposed it, and another
    administrator could confirm it or a day has not passed; and when `by` is the person whom it is
    about, and has no passkey that is a day older than the proposal.
    """
    proposal = open_proposal(by, site, proposal_id)
    work.by = by
    if proposal.staff_id == by.pk:
        if not (with_passkey and proposals.has_old_passkey(by, proposal)):
            raise refuse("own_passkey")
    elif proposal.proposed_by_id == by.pk:
        if proposal.effective_at is None:
            raise refuse("second_administrator")
        if work.now < proposal.effective_at:
            raise refuse("wait_a_day")
    end_proposal(work, proposal, by, is_confirmed=True)
    held = Membership.objects.filter(staff=proposal.staff, site=site, role=proposal.role)
    if not proposal.role:
        restart_sign_in(work, proposal.staff)
    elif not held.exists():
        work.log.insert(Membership(staff=proposal.staff, site=site, role=proposal.role))
    return proposal
