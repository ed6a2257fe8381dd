"""What is made from the facts is in step with them, whatever is done; and is made again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command

from monitoring.actions import Conflict, NotAllowed, Refused
from monitoring.models import Figures, Tag
from monitoring.proof.derived import differences, loaded
from monitoring.proof.verify import verify
from monitoring.rules.protocol import KETAMINE_IV
from tests.clock import TestClock
from tests.factories.people import SiteFactory
from tests.factories.visits import Visit, discharged, dosed, planned
from tests.guards.world import Visit as InClinic
from tests.guards.world import open_clinic
from tests.sequences.steps import STARTS, STEPS

pytestmark = pytest.mark.django_db


def wrong(visit: Visit) -> list[str]:
    return [words for _, words in differences(loaded([visit.id]))]


def checked() -> str:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("figures", check=True, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("seed", range(4))
def test_whatever_the_verbs_do_it_is_in_step(clock: TestClock, seed: int) -> None:
    random = Random(seed)
    infusion: dict[str, Any] = {"protocol": KETAMINE_IV, "planned_mg": 36}
    visit = planned(clock, **[{}, infusion][seed % 2])
    for name in [*random.choice(STARTS), *random.choices(sorted(STEPS), k=25)]:
        with contextlib.suppress(Refused, Conflict, NotAllowed):
            STEPS[name](visit)
        assert wrong(visit) == [], name


def test_a_flag_is_a_tag_at_once_and_a_deviation_when_the_session_has_ended(
    clock: TestClock,
) -> None:
    visit = dosed(clock)
    visit.read(15, systolic=181)
    found = Tag.objects.filter(session=visit.id)
    assert set(found.values_list("kind", "code")) == {
        ("flag", "systolic_high"),
        ("flag", "systolic_rise"),
        ("signature", "unsigned"),
    }
    assert not Figures.objects.exists()
    visit.leave(kind="against_advice")
    assert found.filter(kind="deviation", code="against_advice").exists()
    assert Figures.objects.get().session_id == visit.id


def _stray(visit: Visit) -> None:
    Tag.of(visit.session, "flag", "seizure").save()


def _elsewhere(visit: Visit) -> None:
    Tag.objects.filter(session=visit.id, code="reading_missed").update(site=SiteFactory.create())


def _another_day(visit: Visit) -> None:
    tags = Tag.objects.filter(session=visit.id, code="reading_missed")
    tags.update(planned_for=visit.session.planned_for + timedelta(days=1))


def _no_tag(visit: Visit) -> None:
    Tag.objects.filter(session=visit.id, code="reading_missed").delete()


def _not_amended(visit: Visit) -> None:
    visit.amend()
    Tag.objects.filter(session=visit.id, kind="amendment").delete()


def _other_figures(visit: Visit) -> None:
    Figures.objects.update(forty="missed", slots_answered=1)


def _no_figures(visit: Visit) -> None:
    Figures.objects.all().delete()


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_stray, "is tagged otherwise than its facts say: flag seizure"),
        (_no_tag, "is tagged otherwise than its facts say: deviation reading_missed"),
        (_elsewhere, "is tagged otherwise than its facts say: deviation reading_missed"),
        (_another_day, "is tagged otherwise than its facts say: deviation reading_missed"),
        (_not_amended, "is tagged otherwise than its facts say: amendment amended"),
        (_other_figures, "has other figures than its facts say: slots_answered, forty"),
        (_no_figures, "ended without figures"),
    ],
)
def test_what_was_tampered_with_is_named_and_made_again(
    clock: TestClock, tamper: Callable[[Visit], None], words: str
) -> None:
    visit = InClinic(open_clinic(), clock).ready()
    visit.sign()
    visit.discharge()
    assert "what its facts say" in checked()
    tamper(visit)
    (problem,) = verify().problems
    assert problem.words == f"{words}: `manage.py figures --rebuild` mends it"
    assert words in checked()
    assert "1 wrong" in checked()
    call_command("figures", rebuild=True, stdout=StringIO())
    assert "what its facts say" in checked()
    assert verify().problems == []


def test_sessions_from_before_it_was_kept_have_it_after_a_migration(clock: TestClock) -> None:
    visit, going_on = discharged(clock), dosed(clock)
    going_on.read(15, systolic=181)
    Figures.objects.all().delete()
    Tag.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert wrong(visit) == wrong(going_on) == []
    assert Figures.objects.count() == 1
