"""A disk of its own for a database, from which the power can be cut, and which can be full.

It is a file with a file system in it. What a program wrote and did not sync stands in the memory of
the kernel; a cut is the kernel's own (`FS_IOC_SHUTDOWN`, by which file systems are tested): from
that moment nothing more reaches the file, and every write and sync fails. Mounted again, it holds
what was synced, and what else had happened to be written.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.cluster.machines import wait_for

SHUTDOWN = 0x8004587D
WITHOUT_FLUSH = struct.pack("I", 2)
BLOCK = 4096
needs_disk = pytest.mark.skipif(
    os.geteuid() != 0
    or shutil.which("mkfs.ext4") is None
    or not Path("/dev/loop-control").exists(),
    reason="a disk of its own takes root, mkfs.ext4 and a loop device",
)


class Disk:
    def __init__(self, folder: Path) -> None:
        self.image, self.mounted = folder / "image", folder / "disk"

    @property
    def data(self) -> Path:
        return self.mounted / "data"

    def mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", self.image, self.mounted], check=True)

    def unmount(self) -> None:
        """Once those who had files open there are gone."""
        command = ["umount", str(self.mounted)]
        wait_for(
            "the disk",
            lambda: subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0,
        )

    @contextmanager
    def filled(self, left: int = 0) -> Iterator[None]:
        """Inside there is no room on it, but for so many bytes."""
        filler, size, step = self.mounted / "filler", 0, 1 << 29
        with filler.open("wb") as file:
            while step >= BLOCK:
                try:
                    os.posix_fallocate(file.fileno(), size, step)
                    size += step
                except OSError:
                    step //= 2
            file.truncate(max(size - left, 0))
        try:
            yield
        finally:
            filler.unlink()

    def cut(self) -> None:
        descriptor = os.open(self.mounted, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, WITHOUT_FLUSH)
        finally:
            os.close(descriptor)


@contextmanager
def a_disk(megabytes: int = 600) -> Iterator[Disk]:
    folder = Path(mkdtemp(prefix="disk-"))
    folder.chmod(0o755)
    disk = Disk(folder)
    disk.mounted.mkdir()
    disk.image.touch()
    os.truncate(disk.image, megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-m", "0", disk.image], check=True)
    disk.mount()
    try:
        disk.data.mkdir()
        yield disk
    finally:
        with suppress(AssertionError):
            disk.unmount()
        shutil.rmtree(folder, ignore_errors=True)
