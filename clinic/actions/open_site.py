"""Open a site."""

from __future__ import annotations

from dataclasses import asdict

from clinic import sites
from clinic.actions.people import NewPerson, add
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Membership, Site, Staff
from clinic.sites import SiteDetails


@organisation_verb(None)
def open_site(
    work: OrganisationWork, details: SiteDetails, administrator: NewPerson
) -> tuple[Site, Staff]:
    """A new site with its first administrator, who has no password yet: `link_of` lets them in.

    Run by a management command alone: it asks for no one's permission, for there is no one yet.
    Raises Refused for a user name that is taken, and for what no site can be.
    """
    sites.check(details)
    site = work.log.insert(Site(**asdict(details)))
    staff = add(work, administrator)
    role = Membership.Role.ADMINISTRATOR
    work.log.insert(Membership(staff=staff, site=site, role=role))
    return site, staff
