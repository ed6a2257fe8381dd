"""Change what a person may do at a site."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from clinic import proposals, staffing
from clinic.access import Permission
from clinic.actions.people import chosen_roles, give_roles, someone_else
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff
from clinic.refusal import refuse


@organisation_verb(Permission.MANAGE_STAFF)
def change_roles(
    work: OrganisationWork, by: Staff, site: Site, staff_id: UUID, *, roles: Iterable[str]
) -> Staff:
    """Give exactly `roles` at the site; other sites are left as they are.

    A role that needs a second person is proposed, and given once it is confirmed. Raises Refused
    for one's own roles; for no role at all, because a person who leaves is deactivated; and where
    no role would be left until the new one is confirmed.
    """
    staff = someone_else(work, by, site, staff_id)
    chosen = chosen_roles(roles)
    held = {m.role: m for m in staffing.roles_of(staff).filter(site=site)}
    at_once = {r for r in chosen if r in held or not proposals.needs_two(r, site)}
    if held and not at_once:
        raise refuse("keep_a_role", "roles")
    give_roles(work, by, site, staff, chosen - set(held))
    withdrawn = sorted(set(held) - chosen)
    for role in withdrawn:
        work.log.delete(held[role])
    if withdrawn:
        work.log.detail["withdrawn"] = withdrawn
    return staff
