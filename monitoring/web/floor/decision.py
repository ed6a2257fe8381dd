"""A clinician's decision on the dose, beside what it is taken on."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.access import Permission
from clinic.pages.entry_page import enter
from clinic.pages.fields import Tiles, offer
from clinic.pages.protect import page
from clinic.request import ClinicRequest
from monitoring.actions import decide_dose
from monitoring.models import Decision, Session
from monitoring.rules.facts import SessionFacts
from monitoring.rules.predose import why_decide
from monitoring.rules.readiness import history_items, outside_guide
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.words import wording
from monitoring.words.readings import table


class DecisionForm(RecordForm):
    saves = Decision
    reading = forms.UUIDField(required=False, widget=forms.HiddenInput)
    through_seq = forms.IntegerField(widget=forms.HiddenInput)
    outcome = Tiles(label=gettext_lazy("Decision"), choices=Decision.Outcome.choices)
    reason = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_http_methods(["GET", "POST"])
@page(Permission.DECIDE_DOSE)
def decide(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    session = open_session(request, session_id)
    facts = session.facts()
    form = DecisionForm(request.POST or None)
    form.initial["through_seq"] = facts.last_seq
    if facts.predose:
        form.initial["reading"] = facts.predose.id
    if facts.doses:
        stop = Decision.Outcome.DO_NOT_GIVE
        offer(form, "outcome", [(stop.value, _("Give nothing further"))])

    def save() -> Decision:
        data = form.cleaned_data
        return decide_dose(
            session_id,
            request.user,
            id=data["id"],
            outcome=data["outcome"],
            reason=data["reason"],
            reading_id=data["reading"],
            through_seq=data["through_seq"],
        )

    around = SessionPage(
        session=session,
        heading=_("Decide on the dose"),
        button=_("Save decision"),
        saved=_("Decision saved"),
        template="decision/decision.html",
        context=lambda: _context(session, facts),
    )
    return enter(request, form, around, save)


def _context(session: Session, facts: SessionFacts) -> dict[str, object]:
    outside = outside_guide(facts)
    shown = {r.id for r in (facts.predose, outside) if r}
    return {
        "predose": table(session, facts, only=shown),
        "why": [wording.flag(flag) for flag in why_decide(facts, outside)] if outside else [],
        "protocol": facts.protocol,
        "asked": [wording.item(item) for item in history_items(facts)],
    }
