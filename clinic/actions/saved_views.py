"""What the verbs about saved views share; each is called within the verb's transaction."""

from __future__ import annotations

from uuid import UUID

from clinic.actions.work import OrganisationWork
from clinic.models import SavedView, Site, Staff
from clinic.refusal import NotAllowed, refuse


def own_views(work: OrganisationWork, by: Staff, site: Site) -> list[SavedView]:
    """Those of the person at the site; until the transaction ends no other one is saved."""
    work.require(by, site)
    Staff.objects.select_for_update().get(pk=by.pk)
    return list(SavedView.objects.filter(staff=by, site=site))


def own_view(work: OrganisationWork, by: Staff, site: Site, view_id: UUID) -> SavedView:
    """Raises NotAllowed for a view of someone else, or at another site."""
    found = next((view for view in own_views(work, by, site) if view.pk == view_id), None)
    if found is None:
        raise NotAllowed
    return found


def require_free(name: str, others: list[SavedView]) -> None:
    """Raises Refused for no name, and for one that another view of the person has."""
    if not name:
        raise refuse("view_name", "name")
    if name.lower() in {view.name.lower() for view in others}:
        raise refuse("view_name_taken", "name")
