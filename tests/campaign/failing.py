"""Calls of the kernel that fail, in processes that run: as on a disk that is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cluster.machines import wait_for

needs_strace = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("strace") is None,
    reason="to let calls of the kernel fail takes root and strace",
)
SYNC = "fsync,fdatasync"
READ = "pread64,preadv"
WRITE = "pwrite64,pwritev,fallocate"


@contextmanager
def failing(calls: str, error: str, processes: Iterable[int], on: Iterable[Path]) -> Iterator[None]:
    """Inside, `calls` on these files fail in these processes and in all that they start."""
    given = list(processes)
    command = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}"]
    command += ["-e", f"inject={calls}:error={error}"]
    command += [word for path in on for word in ("-P", str(path))]
    command += [word for pid in given for word in ("-p", str(pid))]
    strace = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for("strace", lambda: all(map(_is_traced, given)))
        yield
    finally:
        strace.terminate()
        strace.wait()


def _is_traced(pid: int) -> bool:
    """With all of its threads."""
    states = Path(f"/proc/{pid}/task").glob("*/status")
    return all("TracerPid:\t0" not in state.read_text() for state in states)
