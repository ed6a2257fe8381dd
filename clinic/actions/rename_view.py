"""Give a saved view another name."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.saved_views import own_view, own_views, require_free
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import SavedView, Site, Staff


@organisation_verb(Permission.VIEW_REGISTER)
def rename_view(
    work: OrganisationWork, by: Staff, site: Site, view_id: UUID, *, name: str
) -> SavedView:
    """Raises NotAllowed for a view of someone else, and Refused for a name that is taken."""
    view, name = own_view(work, by, site, view_id), name.strip()
    require_free(name, [other for other in own_views(work, by, site) if other.pk != view.pk])
    work.log.change(view, name=name)
    return view
