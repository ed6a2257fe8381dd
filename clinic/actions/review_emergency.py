"""Review an emergency access that is over."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.emergency import EMERGENCY, REASON_LENGTH
from clinic.models import Membership, Site, Staff
from clinic.refusal import NotAllowed, refuse


@organisation_verb(Permission.REVIEW_VISIT)
def review_emergency(
    work: OrganisationWork, by: Staff, site: Site, visit_id: UUID, *, words: str
) -> Membership:
    """Someone of the site looked at what was done in a visit that is over, and says so.

    Raises NotAllowed for what is no visit here; Refused without words, for one's own visit, for one
    that goes on, and for one that was reviewed.
    """
    work.require(by, site)
    visits_here = Membership.objects.select_for_update().filter(site=site, role=EMERGENCY)
    visit = visits_here.filter(pk=visit_id).first()
    if visit is None:
        raise NotAllowed
    if visit.staff_id == by.pk:
        raise refuse("own_visit")
    if visit.is_in_force(work.now):
        raise refuse("still_visiting")
    if visit.reviewed_at is not None:
        raise refuse("reviewed")
    text = words.strip()
    if not text or len(text) > REASON_LENGTH:
        raise refuse("review", "words")
    work.log.change(visit, reviewed_at=work.now, reviewed_by=by, review=text)
    return visit
