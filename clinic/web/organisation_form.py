"""Forms and buttons of the organisation, and the sentence for each reason that a verb may give."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from clinic.message import Message
from clinic.pages.entry_form import EntryForm, VerbForm
from clinic.pages.submit import Made, submit

WORDS = {
    "username_taken": gettext_lazy("Someone has this user name already."),
    "site_taken": gettext_lazy("A site with this name exists already."),
    "site_name": gettext_lazy("Enter the name of the site."),
    "time_zone": gettext_lazy("Choose a time zone from the list."),
    "time_zone_fixed": gettext_lazy(
        "Sessions were planned here in the present time zone, so it cannot be changed."
    ),
    "rems_site_id": gettext_lazy("Enter the REMS site id of this certification."),
    "watch_limit": gettext_lazy("Enter a number from 1 to 4."),
    "certified_on": gettext_lazy("Enter the day on which the site was certified."),
    "certified_until": gettext_lazy("Enter a day that is not before the certification."),
    "no_role": gettext_lazy("Choose at least one role."),
    "oneself": gettext_lazy("Another administrator has to change this for you."),
    "works_elsewhere": gettext_lazy(
        "This person also works at a site that you do not administer. Ask its administrator."
    ),
    "tablet_name_taken": gettext_lazy("Another tablet in use has this name."),
    "deactivated": gettext_lazy("Reactivate this person first."),
    "reason": gettext_lazy("Say in a few words why."),
    "password": gettext_lazy("The password is wrong."),
    "is_here": gettext_lazy("You can work at this site already. Choose it at the top of the page."),
    "not_visiting": gettext_lazy("There is no emergency access to end."),
    "keep_a_role": gettext_lazy(
        "The new role waits to be confirmed. Leave one of the present roles until then."
    ),
    "no_factor_left": gettext_lazy(
        "No second factor would protect this account: propose a new sign-in "
        "instead, which someone else confirms."
    ),
    "second_administrator": gettext_lazy("Another administrator of the site has to confirm this."),
    "wait_a_day": gettext_lazy("This can be done after one day. Until then everyone sees it."),
    "own_passkey": gettext_lazy(
        "Sign in with a passkey that you had a day before this was proposed, then confirm it."
    ),
    "proposal_ended": gettext_lazy("This was confirmed or cancelled already."),
    "new_role": gettext_lazy("Your role is less than a day old. Call a clinician of that site."),
    "most_visits": gettext_lazy(
        "You are at three sites in an emergency already. Leave one of them first."
    ),
    "own_visit": gettext_lazy("Someone else has to review your own visit."),
    "still_visiting": gettext_lazy("This visit has not ended. Review it when it is over."),
    "reviewed": gettext_lazy("This visit was reviewed already."),
    "review": gettext_lazy("Say in a few words what you found."),
    "view_name": gettext_lazy("Enter a name for this view."),
    "view_name_taken": gettext_lazy("You have a view of this name already."),
    "view_empty": gettext_lazy("Nothing is filtered and the order is the usual one: filter first."),
    "view_patient": gettext_lazy(
        "A view that looks for one patient is not saved. Leave the patient empty, then save it."
    ),
    "view_long": gettext_lazy("This asks for too much to be saved. Filter by less."),
    "view_wrong": gettext_lazy("A filter is wrong. Put it right in the register, then save it."),
    "most_views": gettext_lazy("You have twelve views already. Delete one of them first."),
    "this_one": gettext_lazy("This is the session you are in. Sign out instead."),
}
"""The sentence for each reason of Refused, by its code."""
CHANGED = gettext_lazy("Someone else has changed this. Look again, then save again.")


class _Worded(VerbForm):
    def sentence(self, message: Message) -> str:
        return str(WORDS[message.code])

    def conflict_words(self, theirs: Model) -> str:
        return str(CHANGED)


class OrganisationForm(_Worded, EntryForm):
    """Holds no draft: little is typed, and what is typed may be a password."""

    keeps_draft = False


class _Button(_Worded):
    """A form without fields."""


def submit_button(request: HttpRequest, verb: Callable[[], Made]) -> Made | None:
    """What `verb` made; None with the reason above the next page. See `submit`."""
    form = _Button({})
    made = submit(form, verb)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return made
