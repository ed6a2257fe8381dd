"""Take a saved view away."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.saved_views import own_view
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import Site, Staff


@organisation_verb(Permission.VIEW_REGISTER)
def delete_view(work: OrganisationWork, by: Staff, site: Site, view_id: UUID) -> str:
    """The name that it had. Raises NotAllowed for a view of someone else."""
    view = own_view(work, by, site, view_id)
    # An entry names a row that is gone by its id alone: the name is said beside it.
    work.log.detail["name"] = view.name
    work.log.delete(view)
    return view.name
