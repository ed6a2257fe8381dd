"""What one session report as a PDF costs: CPU seconds, after WeasyPrint was imported.

    python benchmarks/report_cost.py [--reports 7]

An ordinary session and those whose reports are as unlike as they come, on their sites' paper; the
whole answer to the request, with its queries. Of so many the least counts: what else a machine does
only ever adds to it. The ratio is the dearest's.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from unittest import mock

from figures import ROOT, begin, tell

LIMIT = 0.6
"""CPU seconds for one report."""


def seconds(drawn: Callable[[], bytes], reports: int) -> float:
    taken = []
    for _ in range(reports + 1):
        begun = time.process_time()
        document = drawn()
        taken.append(time.process_time() - begun)
        assert document.startswith(b"%PDF"), document[:200]
    return min(taken[1:])


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
    found = {}
    kinds = {"ordinary": lambda clock: discharged(clock, planned_mg=84), **UNLIKE}
    for name, begun in kinds.items():
        visit, reader = begun(clock), Client()
        reader.force_login(visit.nurse)
        address = f"/sessions/{visit.id}/"
        if name == "as signed":
            address += f"clearances/{Clearance.objects.get(session=visit.id).pk}/"

        def drawn(reader: Client = reader, address: str = address) -> bytes:
            clock.forward(seconds=1)
            return reader.get(f"{address}report.pdf").content

        found[name] = seconds(drawn, reports)
    return found


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
