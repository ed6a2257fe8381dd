"""The one way in which a form is sent to a verb: what it made, or why not, said at the form."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import DatabaseError, IntegrityError, OperationalError
from django.forms import BaseForm, ValidationError
from django.http import Http404
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinic import unwritable
from clinic.pages.entry_form import VerbForm
from clinic.refusal import Conflict, GuardsMissing, NotAllowed, Refused
from clinic.unwritable import WHY, Reason, reason

logger = logging.getLogger(__name__)
Made = TypeVar("Made")

NOT_TAKEN = "not_taken"
BUSY: Reason = "busy"
NOT_GUARDED: Reason = "not_guarded"
HERE = _("What you entered is still here: measure on, write on paper, and save it again later.")
WORDS = {code: format_lazy("{} {} {}", _("Not saved."), why, HERE) for code, why in WHY.items()} | {
    NOT_TAKEN: _(
        "Not saved. Someone else may have changed this in the same moment. What you entered is "
        "still here: look at it, then save again."
    ),
    BUSY: _("Not saved. The server is busy. What you entered is still here: save again."),
}


def attempt(form: BaseForm, change: Callable[[], Made]) -> Made | None:
    """What `change` made, or None with the words above the form where the database does not take
    it; it is one transaction, so that nothing of it is saved."""
    try:
        return change()
    except IntegrityError:
        logger.exception("the database did not take what was sent")
        code = NOT_TAKEN
    except DatabaseError as error:
        why = reason(error) or (BUSY if isinstance(error, OperationalError) else None)
        if why is None:
            raise
        logger.exception("the database takes nothing now: %s", why)
        code = unwritable.say(why)
    except GuardsMissing as missing:
        logger.error("nothing is written: %s", missing)
        code = unwritable.say(NOT_GUARDED)
    form.add_error(None, ValidationError(str(WORDS[code]), code=code))
    return None


def status_of(form: BaseForm) -> HTTPStatus:
    """What a page with this form answers: 503 for what is to be sent again as it stands."""
    if not form.is_bound:
        return HTTPStatus.OK
    if is_to_be_sent_again(form):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.UNPROCESSABLE_ENTITY


def is_to_be_sent_again(form: BaseForm) -> bool:
    """Whether it was not saved for a reason that lies with the server alone."""
    return any(form.has_error(NON_FIELD_ERRORS, code) for code in WORDS.keys() - {NOT_TAKEN})


def because(form: BaseForm) -> str:
    """What keeps the server from saving, for a tablet on which the form waits; often nothing."""
    return " ".join(str(WHY[c]) for c in WHY if form.has_error(NON_FIELD_ERRORS, c))


def submit(form: VerbForm, verb: Callable[[], Made]) -> Made | None:
    """What `verb` made of a form that was sent and is valid; else None.

    What stands in the way is said at the form, which still holds all that was typed. Raises Http404
    for a person who may not do it: to them it does not exist.
    """
    if not (form.is_bound and form.is_valid()):
        return None
    try:
        made = attempt(form, verb)
    except NotAllowed:
        raise Http404 from None
    except Refused as refused:
        form.take_refusal(refused)
        return None
    except Conflict as conflict:
        form.take_conflict(conflict)
        return None
    if form.has_error(NON_FIELD_ERRORS, NOT_TAKEN):
        form.renew_id()
    return made
