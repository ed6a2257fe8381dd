"""Many wrong passwords for another site in the same moment are no more than five tries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.test import Client

from clinic.models import TrailEntry
from tests.clinic.web.asking import ask
from tests.clock import TestClock
from tests.factories.people import SiteFactory, person


def test_sixteen_wrong_passwords_at_once_are_no_more_than_five_tries(
    clock: TestClock, committed_db: None, race: Callable[..., list[Any]]
) -> None:
    away, clinician = SiteFactory.create(), person(SiteFactory.create(), "clinician")
    clients = [Client() for _ in range(16)]
    for client in clients:
        client.force_login(clinician)
    outcomes = race(*[partial(ask, client, away, password="guessed") for client in clients])
    assert [answer.status_code for answer in outcomes] == [422] * 16
    refused = ["Too many wrong attempts" in answer.content.decode() for answer in outcomes]
    told = TrailEntry.objects.filter(chain=clinician.pk, verb="enter_failed").count()
    assert 1 <= told <= 5
    assert refused.count(False) == told
