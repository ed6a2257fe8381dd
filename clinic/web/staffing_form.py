"""What the pages about people, tablets and sign-ins share: make the change, or say why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy

from clinic.pages.entry_page import EntryPage, render_form
from clinic.pages.submit import attempt
from clinic.refusal import NotAllowed, Refused
from clinic.request import SignedInRequest

WORDS = {
    "username_taken": gettext_lazy("Someone has this user name already."),
    "site_taken": gettext_lazy("A site with this name exists already."),
    "site_name": gettext_lazy("Enter the name of the site."),
    "time_zone": gettext_lazy("Choose a time zone from the list."),
    "time_zone_fixed": gettext_lazy(
        "Sessions were planned here in the present time zone, so it cannot be changed."
    ),
    "rems_site_id": gettext_lazy("Enter the REMS site id of this certification."),
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
    "this_one": gettext_lazy("This is the session you are in. Sign out instead."),
}
"""The sentence for each reason of Refused, by its code."""

Made = TypeVar("Made")


def done(form: forms.Form, change: Callable[[], Made]) -> Made | None:
    """What was changed, or None with the reason at its field. Raises Http404 for who may not."""

    def allowed() -> Made | None:
        try:
            return change()
        except NotAllowed:
            raise Http404 from None
        except Refused as refused:
            for message in refused.messages:
                field = message.field if message.field in form.fields else None
                form.add_error(field, str(WORDS[message.code]))
            return None

    return attempt(form, allowed)


def pressed(request: SignedInRequest, change: Callable[[], Made]) -> Made | None:
    """The same for a button without fields: the reason stands above the next page."""
    form = forms.Form({})
    made = done(form, change)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return made


def show(
    request: SignedInRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    """The page of a form, with what it says around it."""
    frame = {"heading": str(context["heading"]), "button": str(context["submit"])}
    area = str(context.get("area", "board"))
    page = EntryPage(**frame, template=template, area=area, context=lambda: context)
    return render_form(request, form, page)
