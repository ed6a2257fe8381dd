"""What a form says when the database does not take what was sent: one ladder for every form."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError
from django.forms import BaseForm, ValidationError
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)
Made = TypeVar("Made")

NOT_TAKEN, BUSY = "not_taken", "busy"
WORDS = {
    NOT_TAKEN: _(
        "Not saved. Someone else may have changed this in the same moment. What you entered is "
        "still here: look at it, then save again."
    ),
    BUSY: _("Not saved. The server is busy. What you entered is still here: save again."),
}


def attempt(form: BaseForm, change: Callable[[], Made]) -> Made | None:
    """What `change` made, or None with the words above the form; it is one transaction, so that
    nothing of it is saved."""
    try:
        return change()
    except IntegrityError:
        logger.exception("the database did not take what was sent")
        code = NOT_TAKEN
    except OperationalError:
        logger.exception("the database did not answer in time")
        code = BUSY
    form.add_error(None, ValidationError(str(WORDS[code]), code=code))
    return None
