"""The result of a questionnaire on suicidality."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Fieldset, Layout
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, WholeNumber, YesNo
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import record_screen
from monitoring.actions.record_screen import ScreenEntry
from monitoring.models import Event
from monitoring.rules.measures import NOT_DONE_REASONS
from monitoring.rules.screens import CSSRS, ITEM9, ScreenFacts
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, WhyLate, confirmed


class ScreenForm(RecordForm):
    repeats = True
    saves = Event
    phq9_item9 = Tiles(
        label=gettext_lazy("PHQ-9 item 9"),
        help_text=gettext_lazy(
            "Thoughts that you would be better off dead, or of hurting yourself in some way"
        ),
        choices=[(str(value), words) for value, words in ITEM9.items()],
    )
    phq9_total = WholeNumber(label=gettext_lazy("PHQ-9 total, 0 to 27"), example="14")
    not_done = Tiles(
        label=gettext_lazy("Neither was done"),
        choices=[
            (code, words) for code, words in NOT_DONE_REASONS.items() if code != "device_failure"
        ],
    )
    detail = forms.CharField(required=False, max_length=1000, label=gettext_lazy("Note"))
    at = ClockTime(label=gettext_lazy("When"))
    late_reason = WhyLate()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in CSSRS.items():
            self.fields[name] = YesNo(label=_(words), label_suffix="")

    def layout(self) -> Layout:
        return Layout(
            "id",
            Fieldset(
                "PHQ-9", self.rendered("phq9_item9"), self.rendered("phq9_total"), css_class="group"
            ),
            Fieldset(
                _("C-SSRS screener: 1 to 5, past month; 6, behaviour, past 3 months"),
                Div(*map(self.rendered, CSSRS), css_class="grid-2"),
                css_class="group",
            ),
            self.rendered("not_done"),
            self.rendered("detail"),
            self.rendered("at"),
            self.rendered("late_reason"),
        )

    def result(self) -> ScreenFacts:
        data = self.cleaned_data
        item9 = data["phq9_item9"]
        return ScreenFacts(
            phq9_item9=int(item9) if item9 else None,
            phq9_total=data["phq9_total"],
            not_done=data["not_done"],
            **{name: data[name] for name in CSSRS},
        )


@require_http_methods(["GET", "POST"])
@page(Permission.RECORD_EVENT)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    form = ScreenForm(request.POST or None)

    def save() -> Event:
        data = form.cleaned_data
        return record_screen(
            session_id,
            request.user,
            id=data["id"],
            sending=form.sending,
            screen=ScreenEntry(
                result=form.result(),
                at=data["at"],
                confirmed_at=confirmed(form, "at"),
                detail=data["detail"],
                late_reason=data["late_reason"],
            ),
        )

    around = SessionPage(
        session=session,
        heading=_("Suicidality screen"),
        button=_("Save screen"),
        saved=_("Screen saved"),
    )
    return enter(request, form, around, save)
