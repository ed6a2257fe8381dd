"""Let a person choose a new password."""

from __future__ import annotations

from uuid import UUID

from clinic import proposals
from clinic.access import Permission
from clinic.actions.people import (
    end_password,
    require_all_sites,
    restart_sign_in,
    someone_else,
)
from clinic.actions.sessions import sign_out_everywhere
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff
from clinic.refusal import refuse


@organisation_verb(Permission.MANAGE_STAFF)
def renew_link(work: OrganisationWork, by: Staff, site: Site, staff_id: UUID) -> Staff:
    """Let the person choose a new password: for someone who forgot it, or lost the link.

    Takes away the password, every earlier link and the PIN, and signs the person out everywhere.
    Someone who signs, or says who signs, keeps the second factors, and comes in with them alone;
    from anyone else they are taken, too. Raises Refused for the first where there is none to keep:
    see `propose_new_sign_in`.
    """
    staff = someone_else(work, by, site, staff_id)
    require_all_sites(by, staff)
    if not staff.is_active:
        raise refuse("deactivated")
    work.log.touch(staff)
    if proposals.is_guarded(staff):
        if proposals.is_open_to_a_link(staff):
            raise refuse("no_factor_left")
        end_password(work, staff)
        work.log.change(staff, pin="")
        sign_out_everywhere(staff)
    else:
        restart_sign_in(work, staff)
    return staff
