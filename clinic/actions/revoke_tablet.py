"""Take a shared tablet out of use."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.sessions import end_shifts
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Shift, Site, Staff, Tablet
from clinic.refusal import NotAllowed


@organisation_verb(Permission.MANAGE_TABLETS)
def revoke_tablet(work: OrganisationWork, by: Staff, site: Site, tablet_id: UUID) -> Tablet:
    """Let no one in there with a PIN, and sign everyone out there, from the next request on."""
    work.require(by, site)
    tablet = Tablet.objects.select_for_update().filter(pk=tablet_id, site=site).first()
    if tablet is None:
        raise NotAllowed
    if tablet.revoked_at is None:
        work.log.change(tablet, revoked_at=work.now, revoked_by=by)
        # A change names its columns alone: which tablet of which site is said beside them.
        work.log.detail |= {"site": str(tablet.site_id), "name": tablet.name}
        end_shifts(Shift.objects.filter(tablet=tablet))
    return tablet
