"""Breaks what is made once (decision 0017) in some twenty ways, to see that a test notices each.

    python -m tests.models.mutants [number…]

Each is tried in a copy of the package's module, as `tests/mutant.py` does: no file is changed. Not
part of a run of the tests: it takes some minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.mutant import MUTANTS, Mutant

FETCH, ROWS = "monitoring/models/fetch.py", "monitoring/models/rows.py"
SESSION, FLOOR = "monitoring/models/session.py", "monitoring/web/floor/floor.py"
KEPT, INSERT = "clinic/pages/kept.py", "clinic/models/insert.py"
WORK, CHAIN = "monitoring/actions/work.py", "clinic/trail/chain.py"
NEWS, BOARD = "monitoring/web/news.py", "monitoring/web/floor/board.py"
FIRST = 1001

BROKEN = [
    # A column stands in the place of another.
    Mutant(
        FETCH,
        "columns.append((field.attname, place + 1,",
        'swap = {"systolic": "diastolic", "diastolic": "systolic"}\n            '
        "columns.append((swap.get(field.attname, field.attname), place + 1,",
    ),
    Mutant(FETCH, "(field.attname, place + 1, _conversion", "(field.attname, place, _conversion"),
    Mutant(FETCH, 'free[place] = ""', "pass"),
    # A filter is dropped: every session's rows, or those of the first alone.
    Mutant(FETCH, "WHERE {session} IN ({marks})", "WHERE {session} IN ({marks}) OR 1=1"),
    Mutant(FETCH, "padded = [*ids, *[ids[-1]] * (size - len(ids))]", "padded = [ids[0]] * size"),
    # Values are not what Django makes of them.
    Mutant(FETCH, "return at.replace(tzinfo=UTC)", "return at"),
    Mutant(FETCH, '"boolean": bool,', '"boolean": int,'),
    Mutant(FETCH, "return json.loads", "return None"),
    Mutant(FETCH, "state.db, state.adding = DEFAULT_DB_ALIAS, False", "pass"),
    # What belongs to a row is left out, or is another row's.
    Mutant(ROWS, "*(other for noun in own for other in beside_of(noun))", ""),
    Mutant(ROWS, "row = of_owner.get(owner.pk)", "row = next(iter(of_owner.values()), None)"),
    Mutant(ROWS, "found[row.session_id].append(row)", "found[next(iter(found))].append(row)"),
    # What stood before is told though more was laid down.
    Mutant(ROWS, "vars(session).pop(_GATHERED, None)", "pass"),
    # The session is not locked, nor the chain.
    Mutant(SESSION, '.select_for_update(of=("self",)))', ")"),
    Mutant(CHAIN, "ChainHead.objects.select_for_update()", "ChainHead.objects"),
    # A session of another site.
    Mutant(SESSION, "if site is None or s.site_id == site.pk)", "if True)"),
    # A card that is over, of another person, of what has changed since.
    Mutant(
        FLOOR, "if kept is None or not kept.since <= self.now < kept.until:", "if kept is None:"
    ),
    Mutant(
        FLOOR,
        "return kept.timed if kept.rests_on == (row, self.beside) else None",
        "return kept.timed",
    ),
    Mutant(FLOOR, "if kept.rests_on == (row, self.beside)", "if kept.rests_on[0] == row"),
    Mutant(SESSION, "return joined.annotate(head=Subquery(head))", "return joined"),
    Mutant(
        FLOOR,
        "_kept.get((row[0], self.permissions))",
        "next((k for key, k in _kept.items() if key[0] == row[0]), None)",
    ),
    # A change that time makes is told too late.
    Mutant(NEWS, "if is_same(now + AHEAD):", "if True:"),
    Mutant(NEWS, "            changed = between", "            steady = changed = between"),
    Mutant(BOARD, "min((one.until() for one in timed)", "max((one.until() for one in timed)"),
    Mutant(
        KEPT,
        "return _rendered(piece, zone, get_language(), tuple(values.items()))",
        'return _rendered(piece, "", get_language(), tuple(values.items()))',
    ),
    # A change that is not written, or not rolled back.
    Mutant(WORK, "if now[column] != self._before[column]]", "if False]"),
    Mutant(
        INSERT,
        "f.pre_save(row, add=True)",
        "None if f.attname == 'note' else f.pre_save(row, add=True)",
    ),
]
TESTS = {
    FETCH: ["tests/models/test_fetch.py"],
    ROWS: ["tests/models/test_fetch.py", "tests/models/test_rows.py"],
    SESSION: [
        "tests/models/test_session.py",
        "tests/web/test_separate_sites.py",
        "tests/models/test_locks.py",
        "tests/web/floor/test_floor.py",
    ],
    NEWS: ["tests/web/test_news.py"],
    BOARD: ["tests/web/test_news.py"],
    FLOOR: ["tests/web/floor/test_floor.py"],
    KEPT: ["tests/clinic/pages/test_kept.py"],
    WORK: ["tests/models/test_session.py", "tests/actions/test_record_reading.py"],
    CHAIN: ["tests/models/test_locks.py"],
    INSERT: ["tests/actions/test_record_reading.py", "tests/clinic/test_insert.py"],
}


def survives(number: int, mutant: Mutant) -> bool:
    """Whether no test fails with it."""
    own = {"MUTANT": str(number)}
    if "select_for_update" in mutant.control:
        # SQLite locks the whole database for each verb, and has no such words.
        own["TEST_ENGINE"] = "postgresql"
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.models.mutants",
            *TESTS[mutant.path],
        ],
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 1}, ran.stdout + ran.stderr
    return ran.returncode == 0


def main() -> None:
    asked = [int(number) for number in sys.argv[1:]] or list(range(1, len(BROKEN) + 1))
    left = []
    for number in asked:
        lives = survives(FIRST + number - 1, BROKEN[number - 1])
        told = "SURVIVES" if lives else "noticed"
        sys.stdout.write(f"{number:3} {told}  {BROKEN[number - 1].control}\n")
        sys.stdout.flush()
        left += [number] if lives else []
    sys.exit(bool(left))


MUTANTS.update({FIRST + place: mutant for place, mutant in enumerate(BROKEN)})

if __name__ == "__main__":
    main()
