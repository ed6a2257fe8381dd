"""What is measured next, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.pages import moments
from monitoring.rules.due import Due
from monitoring.rules.repeats import Repeat


def due_words(due: Due) -> str:
    """A name for it: 40-minute reading, Repeat reading."""
    if isinstance(due, Repeat):
        return _("Repeat reading")
    return _("%(count)s-minute reading") % {"count": due.minutes}


def record_words(due: Due) -> str:
    """The words of the button that leads to it; a repeat is named by when it is due."""
    if isinstance(due, Repeat):
        return _("Record repeat reading, due %(at)s") % {"at": moments.clock(due.due_at)}
    return _("Record %(count)s-minute reading") % {"count": due.minutes}
