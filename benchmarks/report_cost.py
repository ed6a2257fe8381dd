"""What one session report as a PDF costs: CPU seconds, after WeasyPrint was imported.

    python benchmarks/report_cost.py [--reports 10]

An ordinary session, discharged, on Letter; the whole answer to the request, with its queries.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from unittest import mock

from figures import ROOT, begin, tell

LIMIT = 0.6
"""CPU seconds for one report."""


def measure(reports: int) -> list[float]:
    from django.core.management import call_command
    from django.test import Client

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.factories.visits import discharged

    call_command("migrate", verbosity=0)
    clock = TestClock()
    mock.patch.object(clinic_clock, "now", clock.now).start()
    visit, nurse = discharged(clock, planned_mg=84), Client()
    nurse.force_login(visit.nurse)
    taken = []
    for _ in range(reports + 1):
        clock.forward(seconds=1)
        begun = time.process_time()
        answer = nurse.get(f"/sessions/{visit.id}/report.pdf")
        taken.append(time.process_time() - begun)
        assert answer.content.startswith(b"%PDF"), answer.status_code
    return taken[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        begin(f"sqlite:///{folder}/report.sqlite3")
        seconds = statistics.median(measure(asked.reports))
    tell({"CPU of one report": seconds * 1000}, ratio=seconds / LIMIT, limit=1)


if __name__ == "__main__":
    main()
