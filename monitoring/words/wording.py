"""The sentence behind each code that rules and verbs use, translated, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from clinic import clock
from clinic.message import Message
from clinic.pages import moments
from monitoring.models import (
    Admission,
    Clearance,
    Event,
    Patient,
    PatientAmendment,
    Session,
    Strike,
)
from monitoring.rules.cautions import Caution
from monitoring.rules.codes import (
    AutomaticWithdrawal,
    Code,
    HistoryCode,
    KindCode,
    NotDoneCode,
    NounCode,
    ObservationCode,
    PhaseCode,
    QuestionCode,
    RepeatCode,
    Second,
    SettingCode,
    StrikeCode,
)
from monitoring.rules.deviation import Deviation
from monitoring.rules.facts import whole_minutes
from monitoring.rules.flags import SYMPTOMS, Flag, Flagged
from monitoring.rules.history import ASKED
from monitoring.rules.measures import NOT_DONE_REASONS, OBSERVATIONS, NotDoneReason
from monitoring.rules.readiness import Item
from monitoring.words import protocol_settings, sentences_of_repeats
from monitoring.words.caution_sentences import CAUTIONS
from monitoring.words.sentences import (
    AUTOMATIC,
    DEVIATIONS,
    FLAGS,
    ITEMS,
    NOUNS,
    REASONS,
    SIDES,
)


def message(found: Message) -> str:
    """The sentence of a refusal, whatever found it."""
    return item(found) if isinstance(found, Item) else reason(found.code, found.params)


def reason(code: str, params: Mapping[str, object]) -> str:
    """The sentence of a verb's or an entry's refusal."""
    if code == "is_this_the_time":
        params = {"read_back": read_back(params)}
    return say(REASONS[code], params)


def read_back(params: Mapping[str, object]) -> str:
    """A time as it was understood: "07:50, 20 min ago, before the first dose"."""
    at, now = cast(datetime, params["at"]), cast(datetime, params["now"])
    words = [_clock_words(at), _ago(at, now)]
    if side := SIDES.get(str(params["side"])):
        words.append(say(side, params))
    read = ", ".join(words)
    ends_at = cast("datetime | None", params["window_ends_at"])
    if ends_at is None:
        return read
    ends = {"read_back": read, "at": _clock_words(ends_at)}
    return gettext("%(read_back)s; the window then ends at %(at)s") % ends


def _ago(at: datetime, now: datetime) -> str:
    """Between the minutes that the clock showed then and shows now."""
    then, shown = (moment.replace(second=0, microsecond=0) for moment in (at, now))
    hours, minutes = divmod(max(0, whole_minutes(shown - then)), 60)
    if hours:
        return gettext("%(hours)s h %(minutes)s min ago") % {"hours": hours, "minutes": minutes}
    return gettext("%(minutes)s min ago") % {"minutes": minutes}


def conflict(theirs: models.Model) -> str:
    """What stands where the new row would: whose it is, and since when."""
    if isinstance(theirs, Clearance):
        params = {"name": theirs.printed_name, "at": _clock_words(theirs.signed_at)}
        words = gettext("A clearance stands already, signed by %(name)s at %(at)s.")
    elif isinstance(theirs, Session):
        params = {"day": moments.day(theirs.planned_for)}
        words = gettext("The session of %(day)s has changed or is still open. Look again.")
    elif isinstance(theirs, Patient):
        params, words = {}, gettext("This MRN belongs to another patient.")
    elif isinstance(theirs, PatientAmendment):
        changed_at = moments.day_clock(theirs.recorded_at)
        params = {"name": theirs.recorded_by.printed_name, "at": changed_at}
        words = gettext("%(name)s changed this patient on %(at)s.")
    else:
        by, at = getattr(theirs, "recorded_by", ""), getattr(theirs, "recorded_at", None)
        params = {"name": getattr(by, "printed_name", ""), "at": _clock_words(at) if at else ""}
        words = gettext("%(name)s recorded this differently at %(at)s.")
    return f"{words % params} {gettext('What you entered is still here.')}"


def item(open_item: Item) -> str:
    return say(ITEMS[open_item.code], open_item.params)


def caution(found: Caution) -> str:
    return say(CAUTIONS[found.code], found.params)


def flag(found: Flag) -> str:
    symptoms = ", ".join(gettext(SYMPTOMS[s]) for s in found.symptoms)
    params = {"value": found.value, "limit": found.limit, "symptoms": symptoms}
    if found.code == "not_measured":
        params["observation"] = ObservationCode(found.field)
    return say(FLAGS[found.code], params)


def deviation(found: Deviation) -> str:
    return say(DEVIATIONS[found.code], found.params)


def minutes(count: int) -> str:
    return ngettext("%(count)s min", "%(count)s min", count) % {"count": count}


def not_done(code: str) -> str:
    return gettext(NOT_DONE_REASONS[cast(NotDoneReason, code)])


def withdrawal(reason: str | AutomaticWithdrawal) -> str:
    """Why a clearance was taken back: in the words of who did it, or in the product's."""
    return _filler(reason)


def say(sentence: object, params: Mapping[str, object]) -> str:
    return str(sentence) % _Filled(params)


class _Filled:
    """The parameters that a sentence names, as a person reads them."""

    def __init__(self, params: Mapping[str, object]) -> None:
        self.params = params

    def __getitem__(self, name: str) -> str:
        return _filler(self.params[name])


def _filler(value: object) -> str:
    """Raises TypeError for what no words are known of: a code is never shown as it stands."""
    for kind in type(value).__mro__:
        if kind in FILLERS:
            return FILLERS[kind](value)
    raise TypeError(f"no words for {type(value).__name__}")


def _clock_words(moment: datetime) -> str:
    """13:20; on another day than today at the site, 25-Nov-2026 13:20."""
    local, today = timezone.localtime(moment), timezone.localtime(clock.now())
    shown = moments.clock(local)
    return shown if local.date() == today.date() else f"{moments.day(local)} {shown}"


def _second(value: Second) -> str:
    return moments.clock_seconds(value.at)


def _flagged(value: Flagged) -> str:
    return "; ".join(flag(f) for f in value.flags if f.tier != "repeat")


def _automatic(value: AutomaticWithdrawal) -> str:
    return str(AUTOMATIC[value.code]) % {"reading": value.reading}


def _unworded(value: object) -> str:
    raise TypeError(f"no words for {type(value).__name__}")


FILLERS: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    float: "{:g}".format,
    Decimal: str,
    Promise: str,
    tuple: lambda several: ", ".join(map(_filler, several)),
    datetime: _clock_words,
    date: moments.day,
    Second: _second,
    Flag: flag,
    Flagged: _flagged,
    AutomaticWithdrawal: _automatic,
    PhaseCode: lambda code: str(Session.Phase(code).label),
    KindCode: lambda code: str(Event.Kind(code).label),
    QuestionCode: lambda code: Admission.question(str(code)),
    NounCode: lambda code: str(NOUNS[code]),
    StrikeCode: lambda code: str(Strike.Kind(code).label),
    ObservationCode: lambda code: gettext(OBSERVATIONS[code].name),
    NotDoneCode: not_done,
    HistoryCode: lambda code: gettext(ASKED[code]),
    RepeatCode: lambda code: str(sentences_of_repeats.REPEATS[code]),
    SettingCode: lambda code: gettext(protocol_settings.SETTINGS[code].label),
    Code: _unworded,
    bool: _unworded,
    models.Choices: _unworded,
}
"""How each type of parameter is said."""
