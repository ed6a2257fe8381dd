"""Invite a person to work at a site."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.access import Permission
from clinic.actions.people import NewPerson, add, chosen_roles, give_roles
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def invite_person(
    work: OrganisationWork, by: Staff, site: Site, new: NewPerson, *, roles: Iterable[str]
) -> Staff:
    """Add a person who has no password yet; `link_of` gives the link by which they choose one.

    A role that needs a second person is proposed, and given once it is confirmed. Raises
    Refused for a user name that is taken, or without a role.
    """
    work.require(by, site)
    staff = add(work, new)
    give_roles(work, by, site, staff, chosen_roles(roles))
    return staff
