"""An archive of ended sessions, doses and readings, written by the database itself.

It has neither trail nor people's actions: enough for what is counted and listed, and for no proof.
The guards are taken away while it is written. PostgreSQL alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from psycopg import Cursor

READINGS_IN_SESSION = 10

_SESSIONS = """
    CREATE TEMPORARY TABLE made AS
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS predose,
        n, %(start)s::timestamptz + n * (%(end)s::timestamptz - %(start)s) / %(count)s AS at
    FROM generate_series(0, %(count)s - 1) n
"""
_COPIES = {
    "monitoring_session": """
        m.id AS id, m.at AS planned_for, m.at AS planned_at, m.at AS admitted_at,
        m.at AS first_dose_at, m.at + interval '5 minutes' AS last_dose_at,
        m.at + interval '130 minutes' AS closed_at, 'closed' AS phase, 'discharged' AS outcome,
        12 AS last_seq, NULL::uuid AS standing_clearance_id, 56 AS given_mg,
        120 + m.n %% 60 AS peak_systolic, 80 + m.n %% 30 AS peak_diastolic,
        m.n %% 3 AS deviation_count
    """,
    "monitoring_figures": """
        m.id AS session_id, m.at AS planned_for, 'discharged' AS "end", TRUE AS is_dosed,
        6 AS slots_asked, 4 + m.n %% 3 AS slots_answered, 3 + m.n %% 4 AS slots_in_time,
        (ARRAY['on_time', 'on_time', 'late', 'missed'])[1 + m.n %% 4] AS forty,
        m.n %% 50 AS systolic_rise, m.n %% 30 AS diastolic_rise, 88 + m.n %% 12 AS lowest_spo2,
        (ARRAY['resolved', 'never_affected'])[1 + m.n %% 2] AS sedation,
        CASE WHEN m.n %% 2 = 0 THEN 40 + m.n %% 80 END AS sedation_minutes,
        (ARRAY['never_affected', 'resolved'])[1 + m.n %% 2] AS dissociation,
        CASE WHEN m.n %% 2 = 1 THEN 40 + m.n %% 60 END AS dissociation_minutes,
        TRUE AS is_signed, 90 + m.n %% 60 AS ready_minutes, m.n %% 15 AS signature_minutes,
        14 AS entered, m.n %% 2 AS entered_late, m.n %% 2 AS corrected, m.n %% 30 / 29 AS struck,
        m.n %% 3 AS to_answer, m.n %% 2 AS answered_late, 0 AS unanswered, FALSE AS left_early,
        (m.n::bigint * 7919 %% 512) * 1048583 AS counts
    """,
    "monitoring_reading": """
        CASE k WHEN 0 THEN m.predose ELSE gen_random_uuid() END AS id, m.id AS session_id,
        k + 1 AS seq, m.at + (k * 13 - 5) * interval '1 minute' AS taken_at,
        m.at + (k * 13 - 5) * interval '1 minute' AS recorded_at,
        110 + (m.n + k) %% 70 AS systolic, 70 + (m.n + k) %% 30 AS diastolic,
        90 + (m.n + k) %% 10 AS spo2, 60 + (m.n + k) %% 40 AS heart_rate
    """,
    "monitoring_dose": """
        gen_random_uuid() AS id, m.id AS session_id, 11 + d AS seq, d + 1 AS number,
        m.at + d * interval '5 minutes' AS started_at, m.predose AS predose_reading_id,
        m.at + d * interval '5 minutes' AS recorded_at
    """,
}
"""By table what differs from the row that is copied, for session `m`, reading `k`, device `d`."""
_EACH = {
    "monitoring_reading": f"CROSS JOIN generate_series(0, {READINGS_IN_SESSION - 1}) k",
    "monitoring_dose": "CROSS JOIN generate_series(0, 1) d",
}


def fill(cursor: Cursor[Any], *, sessions: int, year: int) -> None:
    """Add so many sessions of `year`, each a copy of the newest one with figures, with ten readings
    and two devices, spread over the year."""
    start, end = (datetime(y, 1, 1, 12, tzinfo=UTC) for y in (year, year + 1))
    cursor.execute("SET session_replication_role = replica")
    cursor.execute(_SESSIONS, {"start": start, "end": end, "count": sessions})
    cursor.execute("SELECT session_id FROM monitoring_figures LIMIT 1")
    (model,) = cursor.fetchone() or (None,)
    for table, differs in _COPIES.items():
        _copy(cursor, table, differs, model)
    cursor.execute("DROP TABLE made")
    cursor.execute("SET session_replication_role = origin")


def _copy(cursor: Cursor[Any], table: str, differs: str, model: object) -> None:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    columns = [f'"{name}"' for (name,) in cursor.fetchall()]
    changed = {part.rsplit(" AS ", 1)[1].strip() for part in _parts(differs)}
    changed |= {f'"{name}"' for name in changed if not name.startswith('"')}
    kept = [f"o.{name}" for name in columns if name not in changed]
    named = [name for name in columns if name not in changed]
    made = [part.rsplit(" AS ", 1)[1].strip() for part in _parts(differs)]
    key = "id" if table == "monitoring_session" else "session_id"
    cursor.execute(
        f"INSERT INTO {table} ({', '.join([*named, *made])}) "
        f"SELECT {', '.join([*kept, differs])} FROM made m "
        f"CROSS JOIN (SELECT * FROM {table} WHERE {key} = %(model)s LIMIT 1) o "
        f"{_EACH.get(table, '')}",
        {"model": model},
    )


def _parts(differs: str) -> list[str]:
    """The columns of a list, at its commas outside brackets."""
    parts, depth, last = [], 0, 0
    for place, sign in enumerate(differs):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and not depth:
            parts.append(differs[last:place])
            last = place + 1
    return [*parts, differs[last:]]
