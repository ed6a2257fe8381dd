"""What the pages of the organisation show of the record."""

from __future__ import annotations

from monitoring.reports.access_report import last_reads
from monitoring.web.presenters.first_run import steps
from monitoring.web.waiting_rooms import waiting_rooms


class ForOrganisation:
    """Answers `clinic.web.from_record.Record`."""

    waiting_rooms = staticmethod(waiting_rooms)
    first_run = staticmethod(steps)
    last_reads = staticmethod(last_reads)
