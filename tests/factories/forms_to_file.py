"""The list of monitoring forms that are to be filed, as its first page has it."""

from __future__ import annotations

from datetime import datetime

from clinic.models import Site
from monitoring.reports import form_state


def to_file(site: Site, now: datetime) -> list[form_state.Row]:
    return form_state.to_file(site, now, form_state.lists_to_file(site, now), {}, 50).rows
