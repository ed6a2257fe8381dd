"""How the patient left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from crispy_forms.layout import Div, Layout
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic import clock
from clinic.access import Permission
from clinic.pages.entry_page import redirect_saved, render_form
from clinic.pages.fields import Tiles, YesNo, offer
from clinic.pages.protect import page
from clinic.pages.submit import submit
from clinic.request import ClinicRequest
from monitoring.actions import depart
from monitoring.actions.depart import Leaving
from monitoring.models import Admission, Departure, Session
from monitoring.models.on_site import prescribers_at
from monitoring.rules.facts import SessionFacts
from monitoring.rules.readiness import clearance_state, lapses_at
from monitoring.web.lookup import open_session
from monitoring.web.record_page import RecordForm, SessionPage
from monitoring.web.times import ClockTime, NeededTime, WhyLate, confirmed, offer_days
from monitoring.words import wording
from monitoring.words.readings import table

WAYS_HOME = (
    gettext_lazy("Someone drives"),
    gettext_lazy("Taxi"),
    gettext_lazy("Public transport"),
    gettext_lazy("On foot"),
    gettext_lazy("Drives"),
    gettext_lazy("Would not say"),
    gettext_lazy("Not known"),
)


def _line(label: Any, length: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(required=False, max_length=length, label=label, help_text=help_text)


class DepartureForm(RecordForm):
    waits_for_outbox = True
    saves = Departure
    left_at = ClockTime(label=gettext_lazy("Left at"))
    late_reason = WhyLate()

    def __init__(self, *args: Any, session: Session, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_days(self, session)
        if "clinician_informed" in self.fields:
            offer(self, "clinician_informed", [(n, n) for n in names])

    def given(self) -> dict[str, Any]:
        """What was entered, by the fields of `Leaving`."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "id"}
        data["confirmed_at"] = confirmed(self, "left_at")
        if other := data.pop("clinician_other", "").strip():
            data["clinician_informed"] = other
        return data


class DischargeForm(DepartureForm):
    handed_to = Tiles(label=gettext_lazy("Handed over to"))
    escort_name = _line(gettext_lazy("Or someone else: name"), 120)
    escort_phone = _line(gettext_lazy("Telephone"), 40)
    no_escort_reason = _line(
        gettext_lazy("If there is no escort: why"), 300, gettext_lazy("a clinician says so")
    )
    transport = _line(gettext_lazy("Transport, such as taxi or escort's car"), 120)
    advice_given = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "Advised again not to drive or use machinery until the next day after a restful sleep"
        ),
    )
    had_serious_event = YesNo(label=gettext_lazy("Serious adverse event in this session"))

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        super().__init__(*args, session=session, **kwargs)
        self.escort = _named_on_arrival(session)
        if self.escort is None:
            del self.fields["handed_to"]
        else:
            offer(self, "handed_to", [("escort", ", ".join(self.escort))])

    def layout(self) -> Layout:
        before = [n for n in ("id", "left_at", "late_reason", "handed_to") if n in self.fields]
        return Layout(
            *map(self.rendered, before),
            Div("escort_name", "escort_phone", css_class="grid-2"),
            *map(self.rendered, ("no_escort_reason", "transport")),
            *map(self.rendered, ("advice_given", "had_serious_event")),
        )

    def clean(self) -> dict[str, Any]:
        """One person: who was named on arrival and is tapped, or who is typed."""
        data = super().clean() or {}
        if data.pop("handed_to", "") and self.escort is not None:
            if data.get("escort_name") or data.get("escort_phone"):
                self.add_error("handed_to", _("Tapped and typed. Remove one of the two."))
            data["escort_name"], data["escort_phone"] = self.escort
        return data


def _named_on_arrival(session: Session) -> tuple[str, str] | None:
    """Who was to take the patient home, with a telephone number."""
    admissions = session.rows.standing(Admission)
    if not admissions or not admissions[-1].escort_name:
        return None
    return admissions[-1].escort_name, admissions[-1].escort_phone


class EarlyForm(DepartureForm):
    """Leaving without a clearance: whatever the kind, the advice, the way home and the question
    about serious events. One that is not in the record yet is told whole."""

    advice_given = YesNo(
        label=gettext_lazy(
            "Advised not to drive or use machinery until the next day after a restful sleep"
        )
    )
    transport = Tiles(
        label=gettext_lazy("How the patient gets home"), choices=[(str(w), w) for w in WAYS_HOME]
    )
    escort_name = _line(gettext_lazy("Who goes with the patient"), 120)
    escort_phone = _line(gettext_lazy("Telephone"), 40)
    had_serious_event = YesNo(label=gettext_lazy("Serious adverse event in this session"))
    serious_event_detail = _line(
        gettext_lazy("What it was"),
        500,
        gettext_lazy("if there was a serious adverse event that is not recorded yet"),
    )
    serious_event_onset_at = NeededTime(
        label=gettext_lazy("When it began"), empty_words=gettext_lazy("if there was one")
    )

    def given(self) -> dict[str, Any]:
        return super().given() | {"onset_confirmed_at": confirmed(self, "serious_event_onset_at")}


class TransferForm(EarlyForm):
    transport = Tiles(
        label=gettext_lazy("How the patient is taken there"),
        choices=[(str(w), w) for w in (gettext_lazy("Ambulance"), *WAYS_HOME)],
    )
    escort_name = _line(gettext_lazy("Handed over to"), 120, gettext_lazy("such as the crew"))
    destination = _line(gettext_lazy("Transferred to"), 200)
    reason = _line(gettext_lazy("Reason"), 500)
    clinician_informed = Tiles(label=gettext_lazy("Who was informed of it"))
    clinician_other = _line(gettext_lazy("Someone else"), 200)

    field_order = (
        "id", "left_at", "late_reason", "destination", "reason", "transport", "escort_name",
        "escort_phone",
    )  # fmt: skip


class AgainstAdviceForm(EarlyForm):
    reason = _line(gettext_lazy("What the patient said"), 500)
    clinician_informed = Tiles(label=gettext_lazy("Which clinician was informed"))
    clinician_other = _line(gettext_lazy("Someone else"), 200)

    field_order = (
        "id", "left_at", "late_reason", "reason", "clinician_informed", "clinician_other",
        "advice_given", "transport", "escort_name", "escort_phone",
    )  # fmt: skip


class LeftUnseenForm(EarlyForm):
    left_at = ClockTime(label=gettext_lazy("When it was noticed"))
    last_seen_at = NeededTime(label=gettext_lazy("Last seen at"))
    noticed_by = _line(gettext_lazy("Who noticed"), 200)
    reason = _line(gettext_lazy("What is known, and what was done"), 500)

    field_order = ("id", "left_at", "late_reason", "last_seen_at", "noticed_by", "reason")

    def given(self) -> dict[str, Any]:
        data = super().given()
        return data | {"last_seen_confirmed_at": confirmed(self, "last_seen_at")}


FORMS: dict[str, type[DepartureForm]] = {
    Departure.Kind.DISCHARGED: DischargeForm,
    Departure.Kind.TRANSFERRED: TransferForm,
    Departure.Kind.AGAINST_ADVICE: AgainstAdviceForm,
    Departure.Kind.LEFT_UNSEEN: LeftUnseenForm,
}


def _form(request: ClinicRequest, session: Session, kind: str) -> DepartureForm | None:
    """The form of `kind`. What is sent without one is refused, and has no fields to show."""
    names = [s.printed_name for s in prescribers_at(session.site.pk)]
    form_class = FORMS.get(kind)
    if form_class is not None:
        return form_class(request.POST or None, session=session, names=names)
    if request.method != "POST":
        return None
    form = DepartureForm(request.POST, session=session, names=names)
    form.fields.clear()
    form.add_error(None, _("Choose how the patient left."))
    return form


@require_http_methods(["GET", "POST"])
@page(Permission.DEPART)
def record(request: ClinicRequest, session_id: UUID) -> HttpResponse:
    """`?kind=` names how; discharge is shown while a clearance stands, and once it has lapsed, for
    who left before."""
    session = open_session(request, session_id)
    facts = session.facts()
    state = clearance_state(facts, clock.now())
    kind = request.GET.get("kind", Departure.Kind.DISCHARGED if state == "stands" else "")
    form = _form(request, session, kind)
    if form is not None and _departed(request, session_id, form, kind):
        return redirect_saved(request, _("Departure saved"), "session", session_id)
    can_discharge = state in {"stands", "lapsed"}
    if kind == Departure.Kind.DISCHARGED and not can_discharge and not (form and form.is_bound):
        form = None
    around = SessionPage(
        session=session,
        heading=_("Departure"),
        button=str(dict(Departure.Kind.choices).get(kind, "")),
        template="departure/departure.html",
        context=lambda: (
            _context(session, facts, state)
            | {
                "kind": kind,
                "kinds": [
                    c for c in Departure.Kind.choices if c[0] != "discharged" or can_discharge
                ],
            }
        ),
    )
    return render_form(request, form or forms.Form(), around)


def _departed(
    request: ClinicRequest, session_id: UUID, form: DepartureForm, kind: str
) -> Departure | None:
    def save() -> Departure:
        return depart(
            session_id,
            request.user,
            id=form.cleaned_data["id"],
            leaving=Leaving(kind=kind, **form.given()),
            sending=form.sending,
        )

    return submit(form, save)


def _context(session: Session, facts: SessionFacts, state: str) -> dict[str, Any]:
    """Whether a signature stands, and the values measured last."""
    now, clearance = clock.now(), facts.clearance
    params = {
        "at": lapses_at(facts) if state == "lapsed" else clearance and clearance.signed_at,
        "now": now,
    }
    return {
        "state": state,
        "lapses_at": lapses_at(facts) if state == "stands" else None,
        "why_not": "" if state == "stands" else wording.reason(f"clearance_{state}", params),
        "last": table(session, facts, only={r.id for r in facts.standing_readings[-1:]}),
    }
