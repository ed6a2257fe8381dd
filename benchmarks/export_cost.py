"""What the export of readings costs against COPY of the same rows, in CPU time; and its memory.

    python benchmarks/export_cost.py [--readings 100000] [--rounds 3]

On a throw-away cluster of PostgreSQL, with an archive of sessions and readings without their trail.
CPU is that of this process and of the database's that serves it. The export is asked for as by a
browser, through all the middlewares. Both send every reading in the order of the register. Memory
is the most that the process takes beyond what it took for an export of a thousand readings.
Ends with 1 beyond a limit.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import begin, postgresql, tell

LIMIT = 2.0
MEGABYTES = 30
IN_SESSION = 13
TREATED = 20
"""Sessions of a patient."""
TICK = os.sysconf("SC_CLK_TCK")
COPY = """COPY (
    SELECT r.*, s.planned_for, s.first_dose_at, p.family_name, p.given_name, p.mrn
    FROM monitoring_reading r JOIN monitoring_session s ON s.id = r.session_id
    JOIN monitoring_patient p ON p.id = s.patient_id
    ORDER BY s.planned_for DESC, s.id DESC, r.taken_at, r.seq
) TO STDOUT (FORMAT csv)"""


def archive(readings: int, clock: Any) -> Any:
    """Copies of one session that was made by the verbs, a day apart; the auditor of its site."""
    from django.db import connection

    from tests.factories.people import person
    from tests.factories.visits import discharged

    visit = discharged(clock)
    many = readings // IN_SESSION
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        treated = f"md5('p' || n / {TREATED} * {TREATED})::uuid"
        who = {"id": "md5('p' || n)::uuid", "mrn": "'M' || n"}
        when = {
            "id": "md5('s' || n)::uuid",
            "patient_id": treated,
            "planned_for": "t.planned_for - n * interval '7 min'",
            "standing_clearance_id": "NULL",
        }
        numbers = f"generate_series(0, {many - 1}) n"
        copy_rows(cursor, "patient", who, numbers, f"n % {TREATED} = 0")
        copy_rows(cursor, "session", when, numbers, "true")
        every = {
            "id": "md5('r' || n || '-' || k)::uuid",
            "session_id": "md5('s' || n)::uuid",
            "seq": "k",
            "taken_at": "t.taken_at + k * interval '10 min'",
        }
        series = f"{numbers}, generate_series(1, {IN_SESSION}) k"
        copy_rows(cursor, "reading", every, series, "t.slot = 40")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE; RESET statement_timeout")
    return person(visit.site, "auditor")


def copy_rows(cursor: Any, table: str, changed: dict[str, str], series: str, where: str) -> None:
    from django.apps import apps

    fields = apps.get_model("monitoring", table)._meta.local_concrete_fields
    names = [field.column for field in fields]
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO monitoring_{table} ({', '.join(names)}) SELECT {values}"
        f" FROM (SELECT * FROM monitoring_{table} ORDER BY id LIMIT 1000) t, {series}"
        f" WHERE {where}"
    )


def cpu(work: Callable[[], int]) -> tuple[float, int]:
    """Seconds of this process and of the backend that it is connected to; bytes that were sent."""
    from django.db import connection

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    before = spent(backend)
    sent = work()
    return spent(backend) - before, sent


def spent(backend: int) -> float:
    fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICK


def export(client: Any, **asked: str) -> int:
    answer = client.get("/readings.csv", asked)
    return sum(len(chunk) for chunk in answer.streaming_content)


def plain_copy() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        # A million rows may take longer than a page of the product may.
        cursor.execute("SET statement_timeout = 0")
        with cursor.copy(COPY) as copied:
            sent = sum(len(chunk) for chunk in copied)
        cursor.execute("RESET statement_timeout")
    return sent


def most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def against_copy(
    what: str,
    fill: Callable[[Any], Any],
    export: Callable[..., int],
    copy: Callable[[], int],
    *,
    few: dict[str, str],
    rounds: int,
    limit: float,
) -> None:
    """Compare `export`, by whom `fill` answers for a clock, with `copy` of the same rows, and end
    with 1 beyond the limit, or where it takes more memory than it took for `few`."""
    begin(postgresql("bench_export")[0])
    from django.core.management import call_command
    from django.test import Client, override_settings

    from clinic import clock as clinic_clock
    from tests.clock import TestClock
    from tests.shared import QUICK

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with override_settings(**QUICK):
        clock = TestClock()
        clinic_clock.now = clock.now
        client = Client()
        client.force_login(fill(clock))
        export(client, **few)
        before = most_memory()
        times: dict[str, list[float]] = {"COPY": [], "export": []}
        for _ in range(rounds):
            times["COPY"].append(cpu(copy)[0])
            taken, sent = cpu(lambda: export(client))
            times["export"].append(taken)
        more = most_memory() - before
    found = {name: statistics.median(each) * 1000 for name, each in times.items()}
    print(f"{what}, {sent} bytes, {rounds} rounds, CPU; {more:.1f} MB of memory more:")
    if more > MEGABYTES:
        raise SystemExit(f"More than {MEGABYTES} MB.")
    tell(found, ratio=found["export"] / found["COPY"], limit=limit)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    against_copy(
        f"{asked.readings} readings",
        lambda clock: archive(asked.readings, clock),
        export,
        plain_copy,
        few={"patient": "M0"},
        rounds=asked.rounds,
        limit=LIMIT,
    )


if __name__ == "__main__":
    main()
