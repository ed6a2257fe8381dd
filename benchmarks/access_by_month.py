"""What the access log would cost if its table were parted by month, against one table, PostgreSQL.

    python benchmarks/access_by_month.py [--years 10] [--rows 600000]

Two tables of the same rows over so many years, one of them with a part for each month, found by the
time in their ids. Prints how long the newest fifty of a patient, of a person and of all take. It
decides nothing: docs/decisions/0019 says what follows.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from typing import Any
from uuid import UUID

from figures import postgresql

MONTH = 30 * 24 * 3_600_000
"""Milliseconds, of which the first 48 bits of an id are."""
PATIENTS, PEOPLE, TIMES, PAGE = 20_000, 40, 60, 50
ASKED = {"patient": PATIENTS, "staff": PEOPLE, "": 1}


def begins(month: int) -> str:
    return str(UUID(int=month * MONTH << 80))


def make(database: Any, months: int, rows: int) -> None:
    columns = "id uuid PRIMARY KEY, at timestamptz, staff uuid, site uuid, patient uuid, page text"
    database.execute(f"CREATE TABLE one ({columns})")
    database.execute(f"CREATE TABLE many ({columns}) PARTITION BY RANGE (id)")
    for month in range(months):
        limits = f"FROM ('{begins(month)}') TO ('{begins(month + 1)}')"
        database.execute(f"CREATE TABLE many_{month} PARTITION OF many FOR VALUES {limits}")
    for table in ("one", "many"):
        for column in ("patient", "staff", "site"):
            database.execute(f"CREATE INDEX ON {table} ({column}, id)")
    database.execute(
        "INSERT INTO one SELECT"
        f" (lpad(to_hex(n::bigint * {months * MONTH} / {rows}), 12, '0')"
        "   || substr(md5(n::text), 1, 20))::uuid, now(),"
        f" md5((n % {PEOPLE})::text)::uuid, md5((n % 3)::text)::uuid,"
        f" md5((random() * {PATIENTS})::int::text)::uuid, '/sessions/'"
        f" FROM generate_series(0, {rows} - 1) n"
    )
    database.execute("INSERT INTO many SELECT * FROM one")
    database.execute("ANALYZE")


def taken(database: Any, table: str, column: str, *, prepared: bool) -> float:
    """Milliseconds, the middle of many."""
    where = f"WHERE {column} = md5(%s)::uuid" if column else ""
    sql = f"SELECT * FROM {table} {where} ORDER BY id DESC LIMIT {PAGE}"
    found = []
    for _ in range(TIMES):
        given = [str(random.randrange(ASKED[column]))] if column else []
        began = time.perf_counter()
        database.execute(sql, given, prepare=prepared).fetchall()
        found.append(time.perf_counter() - began)
    return statistics.median(found) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--rows", type=int, default=600_000)
    asked = parser.parse_args()
    os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark")
    (url,) = postgresql("access_by_month")
    import psycopg

    with psycopg.connect(url, autocommit=True) as database:
        make(database, asked.years * 12, asked.rows)
        for column in ASKED:
            for prepared in (False, True):
                one, many = (
                    taken(database, table, column, prepared=prepared) for table in ("one", "many")
                )
                how = "prepared" if prepared else "planned each time"
                print(
                    f"{column or 'all':8} {how:18} {one:6.2f} ms, by month {many:6.2f} ms,"
                    f" {many / one:4.1f} times"
                )


if __name__ == "__main__":
    main()
