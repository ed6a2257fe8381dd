"""The file of a backup: what it says of itself, and the database, in one compressed archive.

For a recipient it is encrypted by `age` (age-encryption.org), whose format other programs read too:
`age -d -i KEY FILE | tar xz` gives both parts back without this product.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import IO, cast

from monitoring.upkeep.failure import Failure

MANIFEST, DATABASE = "manifest.json", "database"
MOST = 10_000_000
"""A manifest has at most so many bytes."""
CHUNK = 1 << 20
ENCRYPTED = b"age-encryption.org/"


def write(path: Path, manifest: bytes, database: Path, recipients: list[str]) -> None:
    """Write the archive to `path`, for its account alone, and read it back as a whole.

    It stands there whole or not at all. Raises Failure and OSError.
    """
    part = path.with_name(f"{path.name}.part")
    # A key of this moment, which is kept nowhere: with it the file is read back as it was written.
    once = _key() if recipients else ""
    try:
        with open(part, "xb", opener=_private) as file:
            with _encrypting(file, [*recipients, _public(once)] if recipients else []) as sink:
                _pack(sink, manifest, database)
            file.flush()
            os.fsync(file.fileno())
        if read(part, once) != (manifest, digest_of(database)):
            raise Failure("What was written is not what is read back: the disk is not sound.")
        if path.exists():
            raise Failure(f"{path} is there already.")
        part.replace(path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def read(path: Path, identity: str, into: Path | None = None) -> tuple[bytes, str]:
    """What the archive says of itself, and the digest of the database in it, which is written to
    `into`. `identity` is the text of the key that opens it. Raises Failure."""
    try:
        with path.open("rb") as file:
            is_encrypted = file.read(len(ENCRYPTED)) == ENCRYPTED
            file.seek(0)
            if not is_encrypted:
                return _unpack(file, into)
        if not identity:
            raise Failure(f"{path} is encrypted: name the file of its key with --identity.")
        with _decrypting(path, identity) as source:
            return _unpack(source, into)
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, KeyError) as error:
        raise Failure(f"{path} is no backup, or a damaged one ({type(error).__name__}).") from None


def _pack(sink: IO[bytes], manifest: bytes, database: Path) -> None:
    # A tenth of the time of the highest level, for a tenth more.
    with (
        gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=3, mtime=0) as thin,
        tarfile.open(fileobj=thin, mode="w|") as tar,
    ):
        said = tarfile.TarInfo(MANIFEST)
        said.size = len(manifest)
        tar.addfile(said, io.BytesIO(manifest))
        held = tarfile.TarInfo(DATABASE)
        held.size = database.stat().st_size
        with database.open("rb") as content:
            tar.addfile(held, content)


def _unpack(source: IO[bytes], into: Path | None) -> tuple[bytes, str]:
    with (
        gzip.GzipFile(fileobj=source, mode="rb") as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        said = tar.extractfile(_next(tar, MANIFEST))
        manifest = said.read(MOST) if said else b""
        content = tar.extractfile(_next(tar, DATABASE))
        found = hashlib.sha256()
        with open(into or os.devnull, "xb" if into else "wb", opener=_private) as target:
            while content and (chunk := content.read(CHUNK)):
                found.update(chunk)
                target.write(chunk)
            target.flush()
            if into:
                os.fsync(target.fileno())
        # To the end: only there is the rest of the file known to be whole.
        while plain.read(CHUNK):
            pass
    return manifest, found.hexdigest()


def _next(tar: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    found = tar.next()
    if found is None or found.name != name or not found.isfile():
        raise KeyError(name)
    return found


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _encrypting(file: IO[bytes], recipients: list[str]) -> Iterator[IO[bytes]]:
    """Something to write to, of which `file` holds the encrypted form at the end."""
    if not recipients:
        yield file
        return
    names = [part for one in recipients for part in ("-r", one)]
    with tempfile.TemporaryFile() as said:
        # A pipe that breaks is not the cause: the program at its other end says it by itself.
        with (
            suppress(BrokenPipeError),
            subprocess.Popen(
                [_age("age"), *names], stdin=subprocess.PIPE, stdout=file, stderr=said
            ) as age,
        ):
            yield cast(IO[bytes], age.stdin)
        _require_success(age, said, "The backup could not be encrypted")


@contextmanager
def _decrypting(path: Path, identity: str) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as key:
        key.write(identity.encode())
        key.seek(0)
        with subprocess.Popen(
            [_age("age"), "-d", "-i", "-", str(path.resolve())],
            stdin=key,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as age:
            source = cast(IO[bytes], age.stdout)
            try:
                yield source
            except (tarfile.TarError, gzip.BadGzipFile, EOFError, KeyError):
                source.close()
                age.wait()
                # Of a key that does not fit, the file looks empty.
                _require_success(age, said, "The backup could not be opened")
                raise
        _require_success(age, said, "The backup could not be opened")


def _require_success(program: subprocess.Popen[bytes], said: IO[bytes], words: str) -> None:
    if program.returncode:
        said.seek(0)
        why = said.read().decode(errors="replace").strip().splitlines()[:1]
        raise Failure(f"{words}: {' '.join(why) or program.returncode}")


def _key() -> str:
    made = subprocess.run([_age("age-keygen")], capture_output=True, text=True, check=True)
    return made.stdout


def _public(identity: str) -> str:
    (line,) = (line for line in identity.splitlines() if line.startswith("# public key: "))
    return line.removeprefix("# public key: ")


def _age(program: str) -> str:
    found = which(program)
    if found is None:
        raise Failure("`age` is not installed, which encrypts backups: apt install age")
    return found


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
