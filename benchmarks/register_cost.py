"""What a page of the register costs, for archives that are ten times as large each.

    python benchmarks/register_cost.py [--readings 10000 100000 1000000] [--rounds 15]

Each archive is a throw-away PostgreSQL database of its own: one year at one site, a patient for ten
sessions, one in three of them called Jane Smith. What is common grows with the archive, of which
the smallest has a page; what is rare, thirty sessions, is as many in each; some filters never meet.
Of the first, the hundredth and the last page, of each filter and of each order the processor's time
is taken, of this process and of the database's: a machine that does other work meanwhile makes
anything else longer. The archives are asked in turns. A ratio is that of the largest to the
smallest.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from archive import READINGS_IN_SESSION, _copy, fill
from figures import begin, connected, postgresql
from overview_cost import one_session

LIMIT = 1.2
YEAR = 2025
SIZE = 25
_VARIED = (
    """INSERT INTO monitoring_patient ({columns}, id, mrn, family_name, given_name, search_name)
    SELECT {columns}, gen_random_uuid(), 'M' || n,
        CASE WHEN n % 3 = 0 THEN 'Smith' ELSE 'Family' || n % 500 END,
        CASE WHEN n % 3 = 0 THEN 'Jane' ELSE 'Given' || n % 90 END,
        CASE WHEN n % 3 = 0 THEN ' smith jane' ELSE ' family' || n % 500 || ' given' || n % 90 END
            || ' m' || n
    FROM generate_series(1, {patients}) n
    CROSS JOIN (SELECT * FROM monitoring_patient LIMIT 1) p""",
    """CREATE TEMPORARY TABLE one AS
    SELECT id, row_number() OVER (ORDER BY planned_for) AS n FROM monitoring_session""",
    """CREATE TEMPORARY TABLE whose AS
    SELECT id, row_number() OVER (ORDER BY id) AS n FROM monitoring_patient""",
    """UPDATE monitoring_session s SET patient_id = whose.id,
        room = CASE WHEN one.n % ({sessions} / 30) = 7 THEN 'Attic' ELSE 'Chair ' || one.n % 8 END,
        standing_clearance_id =
            CASE WHEN one.n % 20 > 0 THEN (SELECT id FROM monitoring_clearance LIMIT 1) END,
        outcome = CASE WHEN one.n % 30 = 0 THEN 'transferred' ELSE 'discharged' END,
        form_due_at = CASE WHEN one.n % 10 > 0 THEN planned_for + interval '7 days' END,
        form_filed_seq = CASE WHEN one.n % 10 > 0 AND one.n % 30 <> 1 THEN 13 END
    FROM one JOIN whose ON whose.n = 1 + one.n * 7919 % {patients} WHERE one.id = s.id""",
    """CREATE TEMPORARY TABLE line AS SELECT * FROM unnest(
        ARRAY[{seldom}], ARRAY[{bits}]::bigint[]) AS line (code, bit)""",
    r"""UPDATE monitoring_patient p SET family_name = 'Quill',
        search_name = regexp_replace(search_name, '^ \w+', ' quill')
    FROM whose WHERE whose.id = p.id AND whose.n % ({patients} / 3) = 5""",
    """UPDATE monitoring_figures f SET
        counts = counts | CASE one.n % 30 WHEN 2 THEN {line} ELSE 0 END
        | CASE one.n % ({sessions} / 30) WHEN 11 THEN {rare_line} ELSE 0 END
    FROM one WHERE one.id = f.session_id
        AND (one.n % 30 = 2 OR one.n % ({sessions} / 30) = 11)""",
    """INSERT INTO monitoring_tag (session_id, site_id, planned_for, kind, code)
    SELECT s.id, s.site_id, s.planned_for, made.kind, made.code FROM (
        SELECT id, 'deviation' AS kind, 'late_entry' AS code FROM one WHERE n % 7 = 0
        UNION ALL SELECT id, 'flag', 'systolic_emergency' FROM one WHERE n % 30 = 5
        UNION ALL SELECT id, 'flag', 'spo2_far_below' FROM one WHERE n % ({sessions} / 30) = 9
        UNION ALL SELECT id, 'event', 'adverse_event' FROM one WHERE n % 30 = 0
        UNION ALL SELECT id, 'signature', 'unsigned' FROM one WHERE n % 20 = 0
        UNION ALL SELECT session_id, 'line', 'line_' || code FROM monitoring_figures JOIN line
            ON counts & line.bit > 0
        UNION ALL SELECT id, 'amendment', 'amended' FROM one WHERE n % 30 = 3
    ) made JOIN monitoring_session s ON s.id = made.id ORDER BY s.planned_for""",
    """CREATE TEMPORARY TABLE made AS
    SELECT id, now() AS at FROM one WHERE n % 30 = 3""",
)
ASKED: dict[str, dict[str, str]] = {
    "a month": {"since": f"{YEAR}-06-01", "until": f"{YEAR}-06-30"},
    "patient by name": {"patient": "family7"},
    "patient with namesakes": {"patient": "smith"},
    "patient by MRN": {"patient": "M77"},
    "prescriber": {"prescriber": "{prescriber}"},
    "who watched last": {"nurse": "{observer}"},
    "room": {"room": "Chair 3"},
    "given": {"given": "56"},
    "protocol": {"product": "{product}"},
    "discharged": {"outcome": "discharged"},
    "transferred": {"outcome": "transferred"},
    "with a deviation": {"deviations": "yes"},
    "without": {"deviations": "no"},
    "kind of deviation": {"kind": "late_entry"},
    "flag": {"flag": "systolic_emergency"},
    "adverse event": {"adverse": "adverse_event"},
    "not signed": {"signature": "no"},
    "signed": {"signature": "yes"},
    "amended": {"amended": "yes"},
    "waits": {"review": "waiting"},
    "form overdue": {"form": "overdue"},
    "form filed": {"form": "filed"},
    "no form": {"form": "none"},
    "a name and a room": {"patient": "smith", "room": "Chair 3"},
    "a flag by name": {"flag": "systolic_emergency", "sort": "patient"},
    "not signed by name": {"signature": "no", "sort": "patient"},
    "rare patient": {"patient": "quill"},
    "rare patient by name": {"patient": "quill", "sort": "patient"},
    "rare patient by peak": {"patient": "quill", "sort": "-peak"},
    "rare room": {"room": "Attic"},
    "rare room by name": {"room": "Attic", "sort": "patient"},
    "rare room by peak": {"room": "Attic", "sort": "-peak"},
    "rare flag": {"flag": "spo2_far_below"},
    "rare flag by name": {"flag": "spo2_far_below", "sort": "patient"},
    "rare flag by peak": {"flag": "spo2_far_below", "sort": "-peak"},
    "a kind until April": {"kind": "late_entry", "until": f"{YEAR}-04-30"},
    "behind a line of half": {"behind": "spo2_below"},
    "behind a line": {"behind": "struck"},
    "behind it, in January": {"behind": "spo2_below", "until": f"{YEAR}-01-31"},
    "behind a rare line": {"behind": "unanswered"},
    "behind a rare line, by peak": {"behind": "unanswered", "sort": "-peak"},
    "never met": {"room": "Chair 3", "signature": "no"},
    "never met by name": {"room": "Chair 3", "signature": "no", "sort": "patient"},
    "never met by peak": {"room": "Chair 3", "signature": "no", "sort": "-peak"},
    "never met, tags": {"flag": "systolic_emergency", "adverse": "adverse_event"},
    "never met, a tag by peak": {"flag": "systolic_emergency", "signature": "no", "sort": "-peak"},
}


def archived(url: str, readings: int) -> None:
    """A year of so many readings, unlike each other in all that is asked for."""
    from monitoring.rules.counted import SELDOM, bit

    sessions = readings // READINGS_IN_SESSION
    with psycopg.connect(url, autocommit=True) as connection:
        cursor: Any = connection.cursor()
        fill(cursor, sessions=sessions, year=YEAR)
        cursor.execute("SET session_replication_role = replica")
        made = {"id", "mrn", "family_name", "given_name", "search_name"}
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'monitoring_patient'"
        )
        columns = ", ".join(name for (name,) in cursor.fetchall() if name not in made)
        some = {"patients": sessions // 10, "sessions": sessions, "columns": columns}
        lines = {"line": bit("struck"), "rare_line": bit("unanswered")}
        some["seldom"] = ", ".join(f"'{code}'" for code in sorted(SELDOM))
        some["bits"] = ", ".join(str(bit(code)) for code in sorted(SELDOM))
        for text in _VARIED:
            cursor.execute(text.format(**some, **lines))
        cursor.execute("SELECT session_id FROM monitoring_amendment LIMIT 1")
        differs = "gen_random_uuid() AS id, m.id AS session_id, 13 AS seq, m.at AS recorded_at"
        _copy(cursor, "monitoring_amendment", differs, cursor.fetchone()[0])
        cursor.execute("VACUUM (ANALYZE)")


class Archive:
    """One database with its connection, which is Django's while `here`."""

    def __init__(self, wrapper: Any) -> None:
        from django.db import connections

        self.wrapper = wrapper
        self.connections = connections
        self.here()
        with wrapper.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
            cursor.execute("SELECT pg_backend_pid()")
            self.backend = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def here(self) -> None:
        self.connections["default"] = self.wrapper

    def spent(self) -> float:
        """The processor's milliseconds of this process and the database's."""
        return time.process_time() * 1000 + int(self.backend.read_text().split()[0]) / 1e6


def pages(archive: Archive) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is asked of it, by name."""
    from django.http import QueryDict

    from clinic.pages import keyset
    from monitoring.models import Session
    from monitoring.reports.register import NEWEST, ORDERS
    from monitoring.web.review.register_filter import Register

    archive.here()
    known: Any = Session.objects.select_related("site", "protocol_version").latest("planned_for")
    site, names = (
        known.site,
        {
            "prescriber": known.prescriber_id,
            "observer": known.observer_id,
            "product": known.protocol_version.key,
        },
    )

    def asking(asked: Mapping[str, str], after: Any = None, *, is_counted: bool = False) -> Any:
        query = QueryDict(mutable=True)
        query.update({name: text.format(**names) for name, text in asked.items()})
        here = Session.objects.at(site)

        def ask() -> object:
            chosen = Register(query or None, queryset=here, request=None, site=site)
            if is_counted:
                return keyset.counted(chosen.counted)
            assert not chosen.is_wrong, chosen.form.errors
            place = {"after": str(after)} if after else {}
            return chosen.page(place, SIZE)

        return ask

    count = Session.objects.at(site).count()
    for sort, order in ORDERS.items():
        places = {"first": None, "100th": min(99 * SIZE, count // 2), "last": count - SIZE - 1}
        sorted_ids = order.of(Session.objects.filter(patient__site=site, site=site))
        for words, place in places.items():
            after = sorted_ids.values_list("pk", flat=True)[place] if place else None
            yield f"{sort}: {words} page", asking({"sort": sort}, after)
    for words, asked in ASKED.items():
        yield words, asking(asked)
    for words, asked in {"every session": {"sort": NEWEST}, **ASKED}.items():
        yield f"count of {words}", asking(asked, is_counted=True)


def measured(
    archives: Mapping[int, Archive],
    rounds: int,
    pages: Callable[[Archive], Iterator[tuple[str, Callable[[], object]]]] = pages,
) -> dict[str, dict[int, float]]:
    """The median milliseconds of each page, by the size of the archive; asked in turns."""
    asked = {size: dict(pages(archive)) for size, archive in archives.items()}
    names = list(next(iter(asked.values())))
    taken: dict[str, dict[int, list[float]]] = {n: {size: [] for size in asked} for n in names}
    for name in names:
        for _ in range(rounds):
            for size, archive in archives.items():
                archive.here()
                before = archive.spent()
                asked[size][name]()
                taken[name][size].append(archive.spent() - before)
    return {
        name: {size: statistics.median(times[1:]) for size, times in by_size.items()}
        for name, by_size in taken.items()
    }


def told(found: Mapping[str, Mapping[int, float]]) -> bool:
    """Print it; whether all of it is flat, except for counts, which have a limit of their own."""
    sizes = list(next(iter(found.values())))
    print(
        f"{'milliseconds of processor':34}" + "".join(f"{size:>12,}" for size in sizes) + "  ratio"
    )
    is_flat = True
    for name, by_size in found.items():
        ratio = by_size[sizes[-1]] / by_size[sizes[0]]
        is_page = not name.startswith("count")
        is_flat &= ratio <= LIMIT or not is_page
        mark = "" if ratio <= LIMIT else "  beyond" if is_page else "  counted to 10,000"
        print(f"{name:34}" + "".join(f"{by_size[s]:12.2f}" for s in sizes) + f"{ratio:7.2f}{mark}")
    return is_flat


def made(
    name: str, sizes: list[int], more: Callable[[str], None] | None = None
) -> dict[int, Archive]:
    """An archive of each size, to which `more` is done at its address."""
    urls = postgresql(*(f"bench_{name}_{size}" for size in sizes))
    begin(urls[0])
    from django.db import connections

    found = {}
    for size, url in zip(sizes, urls, strict=True):
        wrapper = connections["default"] = connected(url)
        one_session(is_amended=True)
        archived(url, size)
        if more:
            more(url)
        found[size] = Archive(wrapper)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, nargs="+", default=[10**4, 10**5, 10**6])
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    archives = made("register", asked.readings)
    sys.exit(not told(measured(archives, asked.rounds)))


if __name__ == "__main__":
    main()
