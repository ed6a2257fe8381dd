"""The sentences about monitoring forms, before they are filled."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "no_form": _(
        "No monitoring form is asked for of this session: it is asked of outpatients under the "
        "SPRAVATO REMS to whom something was given."
    ),
    "form_unanswered": _("Answer this question."),
    "form_unknown": _("The form does not ask this: the record answers it."),
    "form_only_if_yes": _("This goes with a Yes above. Answer Yes, or leave it empty."),
    "form_resolved_before_onset": _("It resolved before it began. Check both."),
    "form_impossible": _("This cannot be an answer here."),
    "form_moved": _(
        "The form has changed since it was shown to you. Compare it with what you filed, then save "
        "again."
    ),
    "form_has_gaps": _("%(count)s required fields are empty. Say why it was filed so."),
    "filed_to_come": _("This day is to come. Enter the day on which it was filed."),
    "filed_before_treatment": _("This day is before the treatment."),
    "not_an_observer": _("This person neither watches patients here nor took a reading."),
}
