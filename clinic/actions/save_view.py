"""Save what the register is filtered by under a name of one's own."""

from __future__ import annotations

from uuid import UUID

from clinic.access import Permission
from clinic.actions.saved_views import own_views, require_free
from clinic.actions.work import OrganisationWork, organisation_verb
from clinic.models import SavedView, Site, Staff
from clinic.refusal import refuse
from clinic.verbs import sent_before


@organisation_verb(Permission.VIEW_REGISTER)
def save_view(
    work: OrganisationWork, by: Staff, site: Site, *, id: UUID, name: str, query: str
) -> SavedView:
    """Raises Refused for a name that the person has given already, for one more view than a person
    may have, and for a view of nothing, or of one patient."""
    name, others = name.strip(), own_views(work, by, site)
    if found := sent_before(others, id, {"name": name, "query": query}):
        return found
    if not query:
        raise refuse("view_empty")
    if SavedView.names_a_patient(query):
        raise refuse("view_patient")
    if len(query) > SavedView.QUERY_LENGTH:
        raise refuse("view_long")
    if len(others) >= SavedView.MOST:
        raise refuse("most_views")
    require_free(name, others)
    return work.log.insert(SavedView(id=id, staff=by, site=site, name=name, query=query))
