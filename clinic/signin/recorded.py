"""Whether someone who signs in, or signs, is in the database as they were recorded.

The clinic does not know the trail; the app that holds it answers.
"""

from __future__ import annotations

import logging

from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from clinic.models import Staff

logger = logging.getLogger(__name__)

NOT_RECORDED = _(
    "This account is not as it was recorded here, so that no one can sign in with it. "
    "Call your administrator."
)

asked = Signal()
"""Sent with `staff` as they were read. Each receiver answers whether that is what was recorded."""


def is_recorded(staff: Staff) -> bool:
    """Whether no one who keeps a trail says otherwise; what does not agree is logged by its id."""
    if all(answer for _receiver, answer in asked.send(sender=Staff, staff=staff)):
        return True
    logger.error("the rows of person %s are not what was recorded: not let in", staff.pk)
    return False
