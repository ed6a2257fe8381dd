"""Every figure of reports, register and overview, against the rows alone."""

from __future__ import annotations

from collections import Counter

import pytest

from monitoring.models import Session
from monitoring.reports.overview_lines import LINES
from monitoring.words import kinds
from tests.clock import TestClock
from tests.reports import overview_by_hand, register_by_hand
from tests.reports.brute_force import Told
from tests.reports.deviations_by_hand import CODES, deviations_at, flags
from tests.reports.flags_by_hand import FLAGS
from tests.reports.otherwise import otherwise
from tests.reports.simulated import simulated
from tests.reports.unlike import withdrawn

pytestmark = pytest.mark.django_db


def test_every_figure_of_three_sites_is_what_the_rows_say(clock: TestClock) -> None:
    """A line that is nothing at each of them would prove nothing, nor would a kind of deviation or
    of flag: those that chance does not find are at a site of their own."""
    everywhere, found, flagged = [], Counter[str](), set[str]()
    sites = [simulated(clock, seed) for seed in range(3)]
    for site in sites:
        told = overview_by_hand.by_hand(site)
        overview_by_hand.agrees(site, told)
        overview_by_hand.adds_up(site)
        everywhere += told
    for site in [*sites, withdrawn(clock).site, otherwise(clock)]:
        sessions = [Told(s) for s in Session.objects.at(site).exclude(phase="cancelled")]
        register_by_hand.register_agrees(site, sessions)
        register_by_hand.filters_agree(site, sessions, clock.now())
        for session in sessions:
            register_by_hand.report_agrees(site, session, clock.now())
            found += deviations_at(session, clock.now())
            flagged |= flags(session)
    assert {c for c in LINES if not overview_by_hand.counted(c, everywhere)} == set()
    assert set(CODES) == set(kinds.DEVIATIONS)
    assert {code for code in CODES if not found[code]} == set()
    assert set(FLAGS) - flagged == set()
