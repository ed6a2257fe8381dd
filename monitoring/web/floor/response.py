"""Who was informed: the answer to a flagged value or symptom."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, WholeNumber, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import respond_to_flag
from monitoring.models import Event
from monitoring.models.on_site import prescribers_at
from monitoring.rules.flags import flagged
from monitoring.web.lookup import open_session
from monitoring.web.presenters import alerts
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, confirmed


def orders() -> list[tuple[str, str]]:
    """What is ordered most, in the language of the person who records it and reads it there."""
    found = (
        _("Nothing"),
        _("Go on watching"),
        _("Medication"),
        _("Comes to see the patient"),
        _("Call the emergency services"),
    )
    return [(order, order) for order in found]


REPEATS = (2, 5, 10, 15)
"""Minutes after which a repeat is ordered most; any other within the hour is typed."""


def repeat_tiles() -> list[tuple[str, str]]:
    return [(str(n), _repeat(n)) for n in REPEATS]


def _repeat(minutes: int) -> str:
    return _("Repeat in %(count)s minutes") % {"count": minutes}


class ResponseForm(RecordForm):
    repeats = True
    uses_outbox = True
    saves = Event
    informed = Tiles(label=gettext_lazy("Who was informed"))
    informed_other = forms.CharField(
        required=False, max_length=200, label=gettext_lazy("Someone else")
    )
    ordered = Tiles(label=gettext_lazy("What was ordered"), choices=orders)
    ordered_other = forms.CharField(
        required=False, max_length=500, label=gettext_lazy("Something else")
    )
    repeat_minutes = Tiles(label=gettext_lazy("Repeat the reading"), choices=repeat_tiles)
    repeat_other = WholeNumber(label=gettext_lazy("Repeat after other minutes"), example="20")
    at = ClockTime(label=gettext_lazy("When someone was informed"))
    late_reason = WhyLate()

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "informed", [(n, n) for n in names])

    def clean(self) -> dict[str, Any]:
        """Who was tapped and who was typed were both informed; so with what was ordered, which a
        repeat alone is enough for."""
        data = super().clean() or {}
        self._clean_repeat(data)
        for name, longest in (("informed", 200), ("ordered", 500)):
            both = [data.get(name, ""), data.get(f"{name}_other", "").strip()]
            data[name] = ", ".join(filter(None, both))
            if len(data[name]) > longest:
                self.add_error(
                    f"{name}_other", _("This is too long together with the chosen tile.")
                )
        if data.get("repeat_minutes"):
            repeat = _repeat(data["repeat_minutes"])
            data["ordered"] = ", ".join(filter(None, [data["ordered"], repeat]))
        return data

    def _clean_repeat(self, data: dict[str, Any]) -> None:
        """The minutes of a tile, or those that were typed; not two different ones."""
        tapped = int(data["repeat_minutes"]) if data.get("repeat_minutes") else None
        typed = data.get("repeat_other")
        if tapped is not None and typed is not None and tapped != typed:
            self.add_error(
                "repeat_other", _("Another time is tapped above. Remove one of the two.")
            )
        data["repeat_minutes"] = tapped if tapped is not None else typed


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT, takes_tickets=True)
def respond(request: ClinicRequest, session_id: UUID, about: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    found = next((f for f in flagged(facts) if f.fact.id == about), None)
    if found is None:
        raise Http404
    names = [s.printed_name for s in prescribers_at(request.site.pk)]
    form = ResponseForm(request.POST or None, names=names)

    def save() -> Event:
        data = form.cleaned_data
        return respond_to_flag(
            session_id,
            request.author,
            id=data["id"],
            sending=form.sending,
            about=about,
            informed=data["informed"],
            ordered=data["ordered"],
            at=data["at"],
            repeat_minutes=data["repeat_minutes"],
            confirmed_at=confirmed(form, "at"),
            late_reason=data["late_reason"],
        )

    around = SessionPage(
        session=session,
        heading=_("Record who was informed"),
        button=_("Save response"),
        saved=_("Response saved"),
        template="response/response.html",
        context=lambda: {
            "kind": alerts.kind(found),
            "word": alerts.word(found),
            "lines": alerts.lines(facts.protocol, found),
        },
    )
    return enter(request, form, around, save)
