"""What a year of daily anchors costs: seconds of CPU, in a database of very many chains.

    python benchmarks/anchors_cost.py [--chains 150000] [--anchors 400] [--postgresql]

The chains are bare: a head and one entry each, written past the guards, and one real session among
them. Measured are the verification of that session, and one more anchor.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import ROOT, begin, database

VERIFY, ANCHOR = 0.05, 2.0
BATCH = 5000


def cpu(call: Callable[[], object]) -> float:
    """Seconds in this process, the least of three."""
    took = []
    for _ in range(3):
        start = time.process_time()
        call()
        took.append(time.process_time() - start)
    return min(took)


def bare_chains(many: int) -> list[str]:
    from django.db import connection

    from clinic.ids import uuid7
    from clinic.models import ChainHead, TrailEntry
    from monitoring.guards import privileges
    from monitoring.guards.text import guards

    privileges.lift(connection)
    with connection.cursor() as cursor:
        for guard in guards():
            if guard.table in {"clinic_trailentry", "clinic_chainhead"}:
                place = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}{place}")
    ids = [uuid7() for _ in range(many)]
    for start in range(0, many, BATCH):
        some = ids[start : start + BATCH]
        digests = [hashlib.sha256(str(id).encode()).hexdigest() for id in some]
        pairs = list(zip(some, digests, strict=True))
        entry: Any = {"seq": 1, "verb": "bare", "payload": "{}", "previous": "", "key_id": "bench"}
        at = TrailEntry.objects.values_list("at", flat=True)[0]
        TrailEntry.objects.bulk_create(
            TrailEntry(id=uuid7(), chain=c, digest=d, at=at, **entry) for c, d in pairs
        )
        ChainHead.objects.bulk_create(
            ChainHead(id=c, kind="session", count=1, digest=d) for c, d in pairs
        )
    return [str(id) for id in ids]


def daily(days: int) -> None:
    """Anchors of so many days, over chains that moved once each."""
    from clinic.trail import anchors
    from clinic.trail.canonical import moment

    heads = anchors.current_heads()
    chains, previous = list(heads), ""
    from clinic import clock

    for day in range(days):
        moved = {chain: heads[chain] for chain in chains[day::days]}
        is_last = day == days - 1
        body = {
            "number": day + 1,
            "made_at": moment(clock.now()),
            "chains": len(heads),
            "entries": len(heads),
            "root": anchors.MerkleTree(heads).root if is_last else "",
            "previous": previous,
            "moved": moved,
        }
        path = anchors.keep(anchors_folder() / f"{day + 1:06}-a-day.json", body)
        previous = hashlib.sha256(path.read_bytes()).hexdigest()


def anchors_folder() -> Path:
    from django.conf import settings

    folder: Path = settings.ANCHORS
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def measure(many: int, days: int) -> tuple[float, float]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from clinic import clock as clinic_clock
    from monitoring.proof.verify import verify
    from tests.clock import TestClock
    from tests.guards.world import Visit, open_clinic

    clock = TestClock()
    clinic_clock.now = clock.now
    visit = Visit(open_clinic(), clock).dosed()
    bare_chains(many)
    daily(days)
    found = verify(visit.id)
    if not found.is_whole or found.checked["anchors"] != days:
        raise SystemExit(f"Not what was to be measured: {found}")
    verifying = cpu(lambda: verify(visit.id))
    with open(os.devnull, "w") as nowhere:
        anchoring = cpu(lambda: call_command("anchor", stdout=nowhere))
    return verifying, anchoring


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chains", type=int, default=150_000)
    parser.add_argument("--anchors", type=int, default=400)
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        url = database("anchors", folder, on_postgresql=asked.postgresql)
        begin(url, CLINIC_ANCHORS=f"{folder}/anchors")
        verifying, anchoring = measure(asked.chains, asked.anchors)
    print(f"{asked.anchors} anchors over {asked.chains} chains, CPU of this process:")
    print(f"  verification of one session {verifying * 1000:8.1f} ms (at most {VERIFY * 1000:.0f})")
    print(f"  one more anchor             {anchoring * 1000:8.1f} ms (at most {ANCHOR * 1000:.0f})")
    sys.exit(verifying > VERIFY or anchoring > ANCHOR)


if __name__ == "__main__":
    main()
