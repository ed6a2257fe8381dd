"""Say who needs a second factor at a site."""

from __future__ import annotations

from clinic.access import Permission
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff


@organisation_verb(Permission.MANAGE_STAFF)
def require_second_factor(
    work: OrganisationWork, by: Staff, site: Site, *, is_required: bool
) -> Site:
    """Say whether administrators and clinicians need a second factor at the site."""
    work.require(by, site)
    found = Site.objects.select_for_update().get(pk=site.pk)
    work.log.change(found, requires_second_factor=is_required)
    return found
