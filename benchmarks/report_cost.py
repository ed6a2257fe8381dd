"""What one session report as a PDF costs: CPU seconds, after WeasyPrint was imported.

    python benchmarks/report_cost.py [--reports 7]

An ordinary session and those whose reports are as unlike as they come, on their sites' paper; the
whole answer to the request, with its queries. Each in turn, so many times, and of each the least
counts: what else a machine does only ever adds to it, for a while. The ratio is the dearest's.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

from figures import ROOT, begin, tell

if TYPE_CHECKING:
    from django.test import Client

    from tests.clock import TestClock

LIMIT = 0.6
"""CPU seconds for one report."""


def seconds(drawn: Callable[[], bytes]) -> float:
    begun = time.process_time()
    document = drawn()
    taken = time.process_time() - begun
    assert document.startswith(b"%PDF"), document[:200]
    return taken


def _drawn(reader: Client, address: str, clock: TestClock, last: list[datetime]) -> bytes:
    """A second after it was `last` asked for: each at its own time, for an open session goes on."""
    last[0] += timedelta(seconds=1)
    clock.travel_to(last[0])
    return reader.get(address).content


def measure(reports: int) -> dict[str, float]:
    from django.core.management import call_command
    from django.test import Client

    from clinic import clock as clinic_clock
    from monitoring.models import Clearance
    from tests.clock import TestClock
    from tests.factories.visits import discharged
    from tests.reports.unlike import UNLIKE

    call_command("migrate", verbosity=0)
    clock = TestClock()
    mock.patch.object(clinic_clock, "now", clock.now).start()
    asked: dict[str, Callable[[], bytes]] = {}
    kinds = {"ordinary": lambda clock: discharged(clock, planned_mg=84), **UNLIKE}
    for name, begun in kinds.items():
        visit, reader = begun(clock), Client()
        reader.force_login(visit.nurse)
        address = f"/sessions/{visit.id}/"
        if name == "as signed":
            address += f"clearances/{Clearance.objects.get(session=visit.id).pk}/"

        asked[name] = partial(_drawn, reader, f"{address}report.pdf", clock, [clock.now()])
        asked[name]()
    taken = [{name: seconds(drawn) for name, drawn in asked.items()} for _ in range(reports)]
    return {name: min(each[name] for each in taken) for name in asked}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        begin(f"sqlite:///{folder}/report.sqlite3")
        found = measure(asked.reports)
    told = {name: value * 1000 for name, value in found.items()}
    tell(told, ratio=max(found.values()) / LIMIT, limit=1)


if __name__ == "__main__":
    main()
