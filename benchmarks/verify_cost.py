"""How fast the whole record is verified: entries a second, and memory.

    python benchmarks/verify_cost.py [--readings 100000] [--processes 2] [--postgresql]

Of an archive with true chains, digests and signatures, made from the demo clinic, and anchored.
Memory is the most that one of the processes takes. Ends with 1 beyond a limit, or where anything is
wrong.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time

from figures import ROOT, begin, database

LEAST_A_SECOND = 15_000
MEGABYTES = 250


def peak() -> float:
    used = (resource.getrusage(of).ru_maxrss for of in (resource.RUSAGE_SELF,
                                                        resource.RUSAGE_CHILDREN))  # fmt: skip
    return max(used) / 1024


def archive(readings: int) -> int:
    from django.core.management import call_command
    from true_archive import fill

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("demo", days=2, verbosity=0)
    start = time.perf_counter()
    found = fill(readings)
    print(f"{found} readings, made in {time.perf_counter() - start:.0f} s.", flush=True)
    call_command("anchor", verbosity=0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--made", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.made:
        import django

        django.setup()
        sys.exit(measure(asked.processes))
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        url = database("verify", folder, on_postgresql=asked.postgresql)
        begin(url, CLINIC_DEMO="1", CLINIC_ANCHORS=f"{folder}/anchors")
        archive(asked.readings)
        # In a process of its own, whose memory is that of the verification.
        again = [sys.executable, __file__, "--made", f"--processes={asked.processes}"]
        sys.exit(subprocess.run(again, check=False).returncode)


def measure(processes: int) -> bool:
    from django.db import connection

    from monitoring import guards
    from monitoring.proof.verify import verify

    with guards.as_owner(connection), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    found = verify(processes=processes)
    seconds = time.perf_counter() - start
    if not found.is_whole:
        raise SystemExit(f"Wrong: {len(found.problems)}, such as {found.problems[:3]}")
    entries = found.checked["entries"]
    speed = entries / seconds
    print(f"{entries} entries in {seconds:.1f} s with {processes} processes:")
    print(f"  {speed:8.0f} entries a second (at least {LEAST_A_SECOND})")
    print(f"  {peak():8.0f} MB in the largest process (at most {MEGABYTES})")
    return speed < LEAST_A_SECOND or peak() > MEGABYTES


if __name__ == "__main__":
    main()
