"""Amend what is written of a site."""

from __future__ import annotations

from dataclasses import asdict

from clinic import sites
from clinic.access import Permission
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff
from clinic.refusal import refuse
from clinic.sites import SiteDetails


@organisation_verb(Permission.AMEND_SITE)
def amend_site(work: OrganisationWork, by: Staff, site: Site, details: SiteDetails) -> Site:
    """Make the site what `details` say. The trail tells of it where something changed.

    Raises Refused for what no site can be, and for another time zone once a session was planned
    here: the times of its sessions are shown in the zone they were recorded in.
    """
    work.require(by, site)
    found = Site.objects.select_for_update().get(pk=site.pk)
    sites.check(details, found)
    if details.time_zone != found.time_zone and sites.has_begun(found):
        raise refuse("time_zone_fixed", "time_zone")
    work.log.change(found, **asdict(details))
    return found
