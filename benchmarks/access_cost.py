"""What the access log as a file costs against COPY of the same rows, in CPU time; and its memory.

    python benchmarks/access_cost.py [--rows 100000] [--rounds 3]

On a throw-away cluster of PostgreSQL. CPU is that of this process and of the database's that serves
it; the file is asked for as by a browser, through all the middlewares. Memory is the most that the
process takes beyond what it took for a hundredth of the rows. Ends with 1 beyond a limit.
"""

from __future__ import annotations

import argparse
from typing import Any

from export_cost import against_copy

LIMIT = 4.0
_ENTRIES = """
    INSERT INTO monitoring_accessentry
        (id, at, staff_id, site_id, patient_id, session_id, action, page, device)
    SELECT gen_random_uuid(), '2019-01-01'::timestamptz + n * interval '11 min',
        s.observer_id, s.site_id, s.patient_id, s.id, 'opened', 'session', 'Tablet ' || n %% 9
    FROM monitoring_session s CROSS JOIN generate_series(1, %s) n WHERE s.id = %s
"""
_COPY = """COPY (
    SELECT e.at, w.first_name, w.last_name, w.username, e.action, e.page, p.family_name,
        p.given_name, p.mrn, e.session_id, e.device, e.address
    FROM monitoring_accessentry e JOIN clinic_staff w ON w.id = e.staff_id
    JOIN monitoring_patient p ON p.id = e.patient_id
    WHERE e.site_id = (SELECT site_id FROM monitoring_session LIMIT 1)
    ORDER BY e.at DESC, e.id DESC
) TO STDOUT (FORMAT csv)"""


def fill(rows: int, clock: Any) -> Any:
    """So many entries of one session; an administrator of its site."""
    from django.db import connection

    from tests.factories.people import person
    from tests.factories.visits import discharged

    visit = discharged(clock)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        cursor.execute(_ENTRIES, [rows, visit.id])
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE; RESET statement_timeout")
    return person(visit.site, "administrator")


def export(client: Any, **asked: str) -> int:
    answer = client.get("/access.csv", {"action": "", **asked})
    return sum(len(chunk) for chunk in answer.streaming_content)


def plain_copy() -> int:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(_COPY) as copied:
        return sum(len(chunk) for chunk in copied)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    against_copy(
        f"{asked.rows} rows",
        lambda clock: fill(asked.rows, clock),
        export,
        plain_copy,
        few={"until": "2019-01-08"},
        rounds=asked.rounds,
        limit=LIMIT,
    )


if __name__ == "__main__":
    main()
