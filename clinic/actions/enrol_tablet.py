"""Make a browser a shared tablet of a site."""

from __future__ import annotations

from clinic.access import Permission
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff, Tablet
from clinic.refusal import refuse


@organisation_verb(Permission.MANAGE_TABLETS)
def enrol_tablet(
    work: OrganisationWork, by: Staff, site: Site, *, name: str, device: str
) -> Tablet:
    """Make the browser `device` a tablet of the site. Raises Refused for a name that another
    tablet in use has."""
    work.require(by, site)
    Site.objects.select_for_update().get(pk=site.pk)
    if Tablet.objects.filter(site=site, name__iexact=name, revoked_at=None).exists():
        raise refuse("tablet_name_taken", "name")
    tablet = Tablet(
        site=site,
        name=name,
        device=device,
        enrolled_at=work.now,
        enrolled_by=by,
        last_seen_at=work.now,
    )
    return work.log.insert(tablet)
