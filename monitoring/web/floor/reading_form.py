"""The form of a reading: its fields, and what stands beside each, by observation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.pages.fields import Tiles
from clinic.pages.plain_field import PlainField, plain
from clinic.refusal import Conflict, Refused
from monitoring.actions.sending import Sending
from monitoring.models import Reading
from monitoring.rules.entry import PRE_DOSE, Entry
from monitoring.rules.facts import ReadingFacts, SessionFacts
from monitoring.rules.filling import observations_at
from monitoring.rules.measures import (
    NOT_DONE_REASONS,
    OBSERVATIONS,
    QUESTIONS,
    Observation,
    measures,
    value_fields,
)
from monitoring.rules.protocol import Protocol
from monitoring.rules.scales import SCALES
from monitoring.web.measured import measure_field
from monitoring.web.record_page import RecordForm
from monitoring.web.times import ClockTime, confirmed
from monitoring.web.why import own_words, usual_reasons
from monitoring.words import wording
from monitoring.words.values import whole_value


class ReadingForm(RecordForm):
    """Nothing is filled in beforehand. `confirm_…` answers "Is this right?" for one value, with the
    value itself.

    `through_seq` is the last fact when it was shown, `beside` the reading that someone else
    recorded in its place meanwhile.
    """

    repeats = True
    uses_outbox = True
    another_heading = gettext_lazy("Additional reading")
    saves = Reading
    beside: UUID | None = None
    through_seq = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, measure in measures().items():
            self.fields[key] = measure_field(measure)
        for key, scale_id in protocol.scales.items():
            scale = SCALES[scale_id]
            choices = [(str(lv.value), f"{_(lv.words)} · {lv.value}") for lv in scale.levels]
            name = f"{_(OBSERVATIONS[key].name)} ({scale.name})"
            self.fields[key] = Tiles(label=name, choices=choices, tiles_class="tiles-scale")
        for observation in OBSERVATIONS:
            self.fields[f"{observation}_not_done"] = Tiles(
                label=_("Not done"), choices=[(c, _(w)) for c, w in NOT_DONE_REASONS.items()]
            )
        self.fields["room_air"] = forms.CharField(required=False, label=_("Room air"))
        self.fields["taken_at"] = ClockTime(label=_("Taken at"))
        self.fields["late_reason"] = forms.CharField(
            required=False, max_length=300, label=_("Why entered late")
        )
        self.fields["note"] = forms.CharField(required=False, max_length=500, label=_("Note"))

    def clean_room_air(self) -> str:
        """The tile says that no oxygen is given; litres beside it say the opposite."""
        if self.cleaned_data["room_air"] and (self.cleaned_data.get("oxygen") or 0) > 0:
            words = _("Room air is tapped, but litres are entered. Remove one of the two.")
            self.add_error("oxygen", words)
        return str(self.cleaned_data["room_air"])

    def take_refusal(self, refused: Refused) -> None:
        super().take_refusal(refused)
        found = (m.params["beside"] for m in refused.messages if "beside" in m.params)
        self.beside = cast("UUID | None", next(found, None))

    def take_conflict(self, conflict: Conflict) -> None:
        """Both are shown; saved once more, what was typed is another reading."""
        super().take_conflict(conflict)
        self.beside = cast(UUID, conflict.theirs.pk)
        self.renew_id()

    @property
    def sending(self) -> Sending:
        return replace(super().sending, through_seq=self.cleaned_data["through_seq"])

    def is_confirmed(self, field: str) -> bool:
        """Whether the value that stands there now is the one that "Yes" was said to."""
        answer = str(self.data.get(f"confirm_{field}", ""))
        return answer != "" and answer == str(self[field].value()).strip()

    def entry(self, asked: int | None) -> Entry:
        """What was entered, as the rules read it."""
        data = self.cleaned_data
        values = {f: data.get(f) for f in measures()}
        for key in (o.key for o in OBSERVATIONS.values() if o.is_scale):
            values[key] = int(data[key]) if data.get(key) else None
        if data.get("room_air"):
            values["oxygen"] = 0
        return Entry(
            taken_at=data["taken_at"],
            values=values,
            not_done={o: code for o in OBSERVATIONS if (code := data.get(f"{o}_not_done"))},
            asked=asked,
            confirmed=frozenset(f for f in value_fields() if self.is_confirmed(f)),
            confirmed_at=confirmed(self, "taken_at"),
            late_reason=data.get("late_reason", ""),
        )


class CorrectionForm(ReadingForm):
    """What is left empty stays as the original has it: its values, and its time."""

    offers_another = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {"usual_reason": usual_reasons(), "correction_reason": own_words()}

    @property
    def is_time_wrong(self) -> bool:
        """Whether a time was typed at all: an empty one is no moment of its own here."""
        return bool(self.data.get("taken_at", "").strip())


class Question(NamedTuple):
    """The box that says "Yes" to the value that stands in `field`, and to no other."""

    field: str
    value: str
    is_given: bool


class Last(NamedTuple):
    """What was measured last, and when: its age goes on where it is shown."""

    value: str
    at: datetime


class Panel(NamedTuple):
    """One observation: its fields, what was measured last and before the dose; beside a correction,
    what it corrects and what was measured before that. Plain, so that the page keeps it."""

    name: str
    fields: tuple[PlainField, ...]
    none_beside: PlainField | None
    not_done: PlainField
    is_not_done: bool = False
    confirm: tuple[Question, ...] = ()
    is_needed: bool = True
    is_correction: bool = False
    original: str = ""
    last: Last | None = None
    predose: str = ""


def panels(
    facts: SessionFacts,
    form: ReadingForm,
    asked: int | None,
    original: ReadingFacts | None = None,
) -> dict[str, Any]:
    """`original` is the reading that is corrected, which `facts` is then without."""
    vitals = [o for o in OBSERVATIONS.values() if not o.is_scale]
    scales = [o for o in OBSERVATIONS.values() if o.is_scale]
    needed = observations_at(facts.protocol, None if asked == PRE_DOSE else asked)
    return {
        "vitals": tuple(
            _panel(facts, form, o, o.key in needed or asked is None, original) for o in vitals
        ),
        "scales": tuple(_panel(facts, form, o, True, original) for o in scales),
        "shows_late_reason": "late_reason" in form.errors or bool(form["late_reason"].value()),
    }


def _panel(
    facts: SessionFacts,
    form: ReadingForm,
    observation: Observation,
    is_needed: bool,
    original: ReadingFacts | None,
) -> Panel:
    fields, not_done = observation.fields, f"{observation.key}_not_done"
    beside = observation.beside
    asked = (*fields, beside.key) if beside else fields
    return Panel(
        name=_(observation.name),
        fields=tuple(plain(form[f]) for f in asked),
        none_beside=plain(form["room_air"]) if beside else None,
        not_done=plain(form[not_done]),
        is_not_done=bool(form[not_done].value()) or not_done in form.errors,
        confirm=tuple(_question(form, f) for f in asked if _asks(form, f)),
        is_needed=is_needed,
        is_correction=original is not None,
        original=_original(original, observation) if original else "",
        last=_last(facts, observation, original.taken_at if original else None),
        predose=_values(facts, observation),
    )


def _asks(form: ReadingForm, field: str) -> bool:
    """Whether the value of `field` waits for "Yes, this is right", or has it."""
    is_asked = any(form.has_error(field, code) for code in QUESTIONS)
    return is_asked or form.is_confirmed(field)


def _question(form: ReadingForm, field: str) -> Question:
    return Question(field, str(form[field].value()).strip(), form.is_confirmed(field))


def _original(original: ReadingFacts, observation: Observation) -> str:
    """What stands now, and stays if nothing is entered."""
    if code := original.not_done.get(observation.key):
        return wording.not_done(code)
    return whole_value(original, observation) or "–"


def _last(facts: SessionFacts, observation: Observation, until: datetime | None) -> Last | None:
    """The newest value, or the newest taken before `until`."""
    for reading in reversed(facts.standing_readings):
        value = whole_value(reading, observation)
        if value and (until is None or reading.taken_at <= until):
            return Last(value, reading.taken_at)
    return None


def _values(facts: SessionFacts, observation: Observation) -> str:
    if facts.predose is None or facts.first_dose_at is None:
        return ""
    return whole_value(facts.predose, observation)
