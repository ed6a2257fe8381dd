"""Whether someone who signs in, or signs, is in the database as they were recorded."""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy as _

from clinic.models import Staff
from clinic.trail import person

logger = logging.getLogger(__name__)

NOT_RECORDED = _(
    "This account differs from what was recorded here, so no one can sign in "
    "with it. Call your administrator."
)


def is_recorded(staff: Staff) -> bool:
    """Whether the person's own chain tells them so; what does not agree is logged by its id."""
    if person.is_recorded(staff):
        return True
    logger.error("the rows of person %s are not what was recorded: not let in", staff.pk)
    return False
