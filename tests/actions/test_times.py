"""Every time that a verb takes, as a kind: late entries say why, both times are kept and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from clinic.ids import uuid7
from clinic.models import TrailEntry
from clinic.trail.differences import differences
from clinic.trail.replay import replay
from monitoring import actions
from monitoring.actions import Refused
from monitoring.models import Session
from monitoring.proof.compare import loaded
from monitoring.proof.rebuild import rebuilt
from monitoring.rules.deviations import deviations
from monitoring.rules.entry import PRE_DOSE
from monitoring.rules.protocol import KETAMINE_IV
from tests.actions.refusals import refused
from tests.factories.filled import filled
from tests.factories.followed import Clock
from tests.factories.visits import Visit, admitted, dosed, infused, predosed

pytestmark = pytest.mark.django_db
REASON = "Called to another patient"


def give(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = predosed(clock)
    return visit, lambda at, **given: visit.dose(started_at=at, **given)


def start(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = predosed(clock, protocol=KETAMINE_IV, planned_mg=36)
    return visit, lambda at, **given: visit.dose(started_at=at, **given)


def end(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit, _ = start(clock)
    visit.dose()

    def ended(at: datetime, **given: Any) -> Any:
        whole = filled(given, id=uuid7(), mg=Decimal(36), is_complete=True, confirmed_at=at)
        return actions.end_infusion(visit.id, visit.nurse, ended_at=at, **whole)

    return visit, ended


def happen(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = dosed(clock)
    return visit, lambda at, **given: visit.event(at=at, **given)


def answer(clock: Clock) -> tuple[Visit, Callable[..., Any]]:
    visit = dosed(clock)
    flagged = visit.event("symptom", symptoms=["chest_pain"])
    return visit, lambda at, **given: visit.respond(flagged.pk, at=at, **given)


CASES = pytest.mark.parametrize(
    ("made", "code"),
    [
        (give, "device_late"),
        (start, "infusion_start_late"),
        (end, "infusion_end_late"),
        (happen, "event_late"),
        (answer, "answer_backdated"),
    ],
)


@CASES
def test_more_than_five_minutes_back_asks_why(clock: Clock, made: Any, code: str) -> None:
    _visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=5, seconds=1)
    with refused("late_reason", "late_reason"):
        record(at)
    with refused("late_reason", "late_reason"):
        record(at, late_reason="  ")


@CASES
def test_five_minutes_back_asks_nothing_and_is_no_deviation(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=5)
    record(at)
    assert code not in {d.code for d in deviations(visit.session.facts(), clock.now())}


@CASES
def test_a_late_entry_is_kept_with_both_times_and_is_a_deviation(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    row = record(at, late_reason=f" {REASON} ")
    assert (row.recorded_at - at, row.late_reason) == (timedelta(minutes=24), REASON)
    (found,) = (d for d in deviations(visit.session.facts(), clock.now()) if d.code == code)
    assert (found.at, found.params["minutes"], found.params["reason"]) == (at, 24, REASON)
    session = Session.objects.get(pk=visit.id)
    assert session.deviation_count == len(deviations(visit.session.facts(), clock.now()))


@CASES
def test_the_trail_tells_the_reason_and_the_record_is_rebuilt_with_it(
    clock: Clock, made: Any, code: str
) -> None:
    visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    record(at, late_reason=REASON)
    told = replay(TrailEntry.objects.filter(chain=visit.id).order_by("seq"))
    assert not list(differences(told, loaded(visit.session)))
    assert rebuilt(told).facts() == visit.session.facts()


@CASES
def test_the_same_late_entry_sent_twice_is_one_row(clock: Clock, made: Any, code: str) -> None:
    _visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    sent = uuid7()
    first = record(at, id=sent, late_reason=REASON)
    assert record(at, id=sent, late_reason=REASON) == first


def test_a_window_begins_when_the_device_was_given_however_late_it_is_entered(
    clock: Clock,
) -> None:
    visit = predosed(clock)
    at = clock.now()
    clock.forward(minutes=24)
    visit.dose(started_at=at, late_reason=REASON)
    assert visit.session.facts().window_ends_at == at + timedelta(minutes=120)


def test_the_end_of_an_infusion_carries_its_own_reason(clock: Clock) -> None:
    visit = infused(clock)
    (dose,) = visit.session.facts().doses
    assert (dose.late_reason, dose.end_late_reason) == ("", "")


@CASES
def test_a_time_far_back_is_read_back_and_counts_only_when_that_very_time_is_confirmed(
    clock: Clock, made: Any, code: str
) -> None:
    _visit, record = made(clock)
    at = clock.now()
    clock.forward(minutes=24)
    field = {"device_late": "started_at", "infusion_start_late": "started_at",
             "infusion_end_late": "ended_at"}.get(code, "at")  # fmt: skip
    for other in (None, at + timedelta(minutes=1)):
        with refused("is_this_the_time", field):
            record(at, late_reason=REASON, confirmed_at=other)
    assert record(at, late_reason=REASON, confirmed_at=at)


@CASES
def test_a_time_in_the_future_is_refused_whatever_was_confirmed(
    clock: Clock, made: Any, code: str
) -> None:
    _visit, record = made(clock)
    at = clock.now() + timedelta(minutes=3)
    with pytest.raises(Refused) as caught:
        record(at, confirmed_at=at)
    assert {r.code for r in caught.value.messages} == {"future"}


def refuses(code: str, at: datetime, other: datetime, record: Callable[[], Any]) -> None:
    """Refused at the field, with both times for the words."""
    with pytest.raises(Refused) as caught:
        record()
    (reason,) = caught.value.messages
    assert (reason.code, reason.params["at"], reason.params["other"]) == (code, at, other)


def test_a_device_is_never_before_the_one_before_it(clock: Clock) -> None:
    visit = predosed(clock)
    clock.forward(minutes=1)
    first = visit.dose().started_at
    clock.forward(minutes=6)
    at = first - timedelta(minutes=3)
    refuses(
        "dose_before_device",
        at,
        first,
        lambda: visit.dose(started_at=at, late_reason=REASON, early_reason=REASON),
    )


def test_a_device_is_never_before_admission_or_every_pre_dose_reading(clock: Clock) -> None:
    visit = admitted(clock)
    arrived = clock.now()
    clock.forward(minutes=10)
    read = visit.read(PRE_DOSE).taken_at
    before = arrived - timedelta(minutes=3)
    refuses(
        "dose_before_admission",
        before,
        arrived,
        lambda: visit.dose(started_at=before, late_reason=REASON),
    )
    unread = read - timedelta(minutes=3)
    refuses(
        "dose_before_predose",
        unread,
        read,
        lambda: visit.dose(started_at=unread, late_reason=REASON),
    )


def test_a_device_entered_after_a_later_check_rests_on_the_reading_before_it(
    clock: Clock,
) -> None:
    visit = admitted(clock)
    before = visit.read(PRE_DOSE)
    given = clock.forward(minutes=10)
    clock.forward(minutes=3)
    visit.read()
    dose = visit.dose(started_at=given)
    assert dose.predose_reading_id == before.pk
    assert visit.session.facts().predose is not None


def test_an_answer_is_never_before_what_it_answers(clock: Clock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    flagged = visit.read(40, systolic=205, diastolic=100)
    at = flagged.taken_at - timedelta(minutes=3)
    refuses("before_answered", at, flagged.taken_at, lambda: visit.respond(flagged.pk, at=at))
    assert visit.respond(flagged.pk, at=flagged.taken_at - timedelta(minutes=2))


def test_nothing_ends_before_it_was(clock: Clock) -> None:
    visit = dosed(clock)
    clock.forward(minutes=40)
    pain = visit.event("symptom", symptoms=["chest_pain"])
    at = pain.at - timedelta(minutes=3)
    refuses(
        "before_resolved",
        at,
        pain.at,
        lambda: visit.event("resolution", at=at, resolves_id=pain.pk),
    )


def test_no_event_is_before_admission_but_an_onset_may_be_and_is_asked(clock: Clock) -> None:
    clock.forward(minutes=60)
    visit = admitted(clock)
    at = clock.now() - timedelta(minutes=3)
    with refused("before_admission", "at"):
        visit.event(at=at, confirmed_at=at)
    assert visit.event(at=clock.now() - timedelta(minutes=2))
    onset = clock.now() - timedelta(minutes=90)
    given = {"is_serious": False, "detail": "Headache since breakfast", "onset_at": onset}
    with refused("is_this_the_time", "onset_at"):
        visit.event("adverse_event", **given, onset_confirmed_at=None)
    assert visit.event("adverse_event", **given).late_reason == ""


@pytest.mark.parametrize(
    ("asked", "minutes", "is_asked"),
    [
        (40, -3, True),
        (40, -2, False),
        (40, 1, False),
        (PRE_DOSE, 2.5, True),
        (PRE_DOSE, -3, False),
        (None, -3, False),
    ],
)
def test_a_reading_on_the_other_side_of_the_dose_is_asked(
    clock: Clock, asked: int | None, minutes: float, is_asked: bool
) -> None:
    visit = predosed(clock)
    clock.forward(minutes=10)
    at = visit.dose().started_at + timedelta(minutes=minutes)
    clock.forward(minutes=max(1, minutes))

    def keep(confirmed_at: datetime | None) -> Any:
        entry = visit.entry(asked, taken_at=at, confirmed_at=confirmed_at)
        return actions.record_reading(visit.id, visit.nurse, id=uuid7(), entry=entry)

    if is_asked:
        with refused("is_this_the_time", "taken_at"):
            keep(None)
    assert keep(at if is_asked else None).taken_at == at
