"""The sentences that ask whether the same is meant a second time."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "again_reading": _("The same values were recorded at %(at)s. Is this a second measurement?"),
    "again_dose": _("The same device was recorded at %(at)s. Is this another one?"),
    "again_event": _("The same was recorded at %(at)s. Did it happen again?"),
    "slot_taken": _(
        "%(name)s recorded the %(slot)s-minute reading at %(at)s, as shown below. Did you measure "
        "once more?"
    ),
    "moved_onto": _(
        "At that time %(name)s recorded the %(slot)s-minute reading, saved at %(at)s, as shown "
        "below. Are these two measurements?"
    ),
    "taken_meanwhile": _(
        "%(name)s recorded a reading at %(at)s, while yours was open, as shown below. Did you "
        "measure once more?"
    ),
}
