"""Anchors: where all chains stood, signed and kept outside the database.

A chain proves that nothing within it was changed; that it was not cut short, or put back with an
older copy of the whole database, only something outside can prove. Each anchor names the heads that
moved since the one before, and the Merkle root of all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from clinic import clock
from clinic.trail import keys
from clinic.trail.canonical import canonical, moment

Head = tuple[int, str]
"""How many entries a chain has, and the digest of the last."""
Heads = dict[str, Head]


_FILE = re.compile(
    rb'(?P<head>\{.*?"moved":)(?P<moved>\{.*\})(?P<tail>,"number":.*),"signature":"(?P<by>\w+)"\}',
    re.DOTALL,
)
"""A file as `write` makes it. What moved is most of it, and is read only where it is asked for."""


_LIKE = f'"{UUID(int=0)}":[10,"{hashlib.sha256().hexdigest()}"],'
"""One chain of a file, for its length."""
_NEXT = b'"],"'
"""Between one chain of a file and the next."""
NEAR = 1000
"""How many signs of a file are looked through one by one: some chains."""
AT_ONCE = 2000
"""Chains that are in memory together while all are gone through."""
_END = b"~"
"""Comes after every id; put behind one, before every id that comes after it."""


@dataclass
class Anchored:
    """What the anchors say together: each chain's last anchored head and all that there ever were,
    which heads went back from one file to the next, and what is wrong with the files themselves."""

    files: int = 0
    heads: Heads = field(default_factory=dict)
    every: dict[str, list[Head]] = field(default_factory=dict)
    backwards: list[tuple[str, str, Head]] = field(default_factory=list)
    """The file, the chain, and the head that was anchored before it with more entries."""
    last_digest: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)
    tree: MerkleTree | None = None
    """Over `heads`, once all are read."""
    _moved: list[_Moved] = field(default_factory=list)
    _root: tuple[str, str] | None = None
    """The last file, and the root that it names."""

    def take_all(self) -> None:
        """Read the heads of every file, and whether the last root is theirs: each file was signed
        with its own, and the files are linked."""
        for moved in self._moved:
            self._take(moved.name, moved.heads())
        self.tree = MerkleTree(self.heads)
        self._compare_root(self.tree.root)

    def check(self) -> None:
        """Find which heads went back, and whether the last root is theirs. Of all heads some are in
        memory at once, and none is kept."""
        leaves: list[bytes] = []
        for after, until in self._slices():
            found = self.between(after, until)
            leaves += [_leaf(chain, found.heads[chain]) for chain in sorted(found.heads)]
            self.backwards += found.backwards
        while len(leaves) > 1:
            leaves = _above(leaves, [], [])
        self._compare_root(leaves[0].hex() if leaves else "")

    def _compare_root(self, root: str) -> None:
        """Name the last file where it tells another root than that of its heads."""
        if self._root and self._root[1] != root:
            self.problems.append((self._root[0], "has another root than its heads"))

    def _slices(self) -> list[tuple[UUID | None, UUID | None]]:
        """All chains, by about so many of those that the longest file names."""
        longest = max(self._moved, key=lambda one: one.end - one.start, default=None)
        ends = longest.each(AT_ONCE) if longest else []
        return list(zip([None, *ends], [*ends, None], strict=True))

    def take(self, chains: Collection[str]) -> None:
        """Read the heads of these chains alone."""
        for moved in self._moved:
            for chain in chains:
                first = chain.encode()
                if head := moved.heads(first, first + _END):
                    self._take(moved.name, head)

    def between(self, after: UUID | None, until: UUID | None) -> Anchored:
        """The heads of the chains whose ids come after one and not after another alone."""
        first = str(after).encode() + _END if after else b""
        end = str(until).encode() + _END if until else _END
        found = Anchored()
        for moved in self._moved:
            if heads := moved.heads(first, end):
                found._take(moved.name, heads)
        return found

    def _take(self, name: str, moved: Heads) -> None:
        again = moved.keys() & self.heads.keys()
        for chain in sorted(again):
            head, before = moved[chain], self.heads[chain]
            if head[0] < before[0]:
                self.backwards.append((name, chain, before))
            self.every[chain].append(head)
        self.heads.update(moved)
        # Most chains are of one day.
        new = moved.keys() - again if again else moved
        self.every.update({chain: [moved[chain]] for chain in new})


@dataclass(frozen=True, slots=True)
class _Moved:
    """The heads that moved, of which a file names some hundreds: where its text has them."""

    name: str
    text: bytes
    start: int
    end: int

    def heads(self, first: bytes = b"", end: bytes = _END) -> Heads:
        """The heads of the chains from `first` on and before `end`, in their order."""
        start = self._place(first)
        if start == self.end - 1 or self._key(start) >= end:
            return {}
        moved = json.loads(b"{%b}" % self.text[start : self._place(end)].rstrip(b","))
        return dict(zip(moved, map(tuple, moved.values()), strict=True))

    def each(self, number: int) -> list[UUID]:
        """About each so many-eth chain of the file, without the first."""
        step = number * len(_LIKE)
        places = range(self.start + step, self.end, step)
        found = [self.text.find(_NEXT, place, self.end) for place in places]
        return [UUID(self._key(place + len(_NEXT) - 1).decode()) for place in found if place > 0]

    def _key(self, place: int) -> bytes:
        """The chain whose opening quote stands there."""
        return self.text[place + 1 : place + 37]

    def _place(self, chain: bytes) -> int:
        """Where the first chain stands that is not before this one; the end without one. By halves:
        the chains stand in their order, as `canonical` wrote them."""
        low, high = self.start + 1, self.end - 1
        while high - low > NEAR:
            middle = (low + high) // 2
            place = self.text.find(_NEXT, middle, high) + len(_NEXT) - 1
            if not middle < place < high:
                break
            if self._key(place) < chain:
                low = place
            else:
                high = place
        while low < high and self._key(low) < chain:
            found = self.text.find(_NEXT, low, self.end)
            low = found + len(_NEXT) - 1 if found > 0 else self.end - 1
        return low


class MerkleTree:
    """SHA-256 over pairs, the leaves in the order of their chains; an odd one goes up as it is.

    `like` is the tree of before: what stands in it at the same place over the same two is not
    worked out again. From one anchor to the next few chains move, and new ones come last.
    """

    def __init__(self, heads: Heads, like: MerkleTree | None = None) -> None:
        self._chains = sorted(heads.items())
        known = zip(self._chains, like._chains, like._levels[0], strict=False) if like else ()
        leaves = [leaf if one == same else _leaf(*one) for one, same, leaf in known]
        leaves += [_leaf(*one) for one in self._chains[len(leaves) :]]
        self._levels: list[list[bytes]] = [leaves]
        while len(self._levels[-1]) > 1:
            height = len(self._levels)
            old = (like._level(height - 1), like._level(height)) if like else ([], [])
            self._levels.append(_above(self._levels[-1], *old))

    def _level(self, height: int) -> list[bytes]:
        return self._levels[height] if height < len(self._levels) else []

    @property
    def root(self) -> str:
        """In hexadecimal; empty where there is no chain."""
        return self._levels[-1][0].hex() if self._chains else ""


def _leaf(chain: str, head: Head) -> bytes:
    """The canonical text of the three, which hold nothing that would be escaped."""
    return hashlib.sha256(f'["{chain}",{head[0]},"{head[1]}"]'.encode()).digest()


def _above(level: list[bytes], old: list[bytes], old_above: list[bytes]) -> list[bytes]:
    """The level above one, given what stood in it before and what stood above that."""
    sha256 = hashlib.sha256
    known = zip(level[::2], level[1::2], old[::2], old[1::2], old_above, strict=False)
    above = [
        up if left == was_left and right == was_right else sha256(left + right).digest()
        for left, right, was_left, was_right, up in known
    ]
    rest = level[2 * len(above) :]
    pairs = zip(rest[::2], rest[1::2], strict=False)
    above += [sha256(left + right).digest() for left, right in pairs]
    return above + level[-1:] if len(level) % 2 else above


def current_heads() -> Heads:
    """Where every chain is. There are very many: no id is made of the text that the engine has, to
    be made a text again."""
    found: Heads = {}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_HEADS[connection.vendor])
        while rows := cursor.fetchmany(AT_ONCE):
            chains = _dashed([row[0] for row in rows])
            found |= zip(chains, [(count, digest) for _id, count, digest in rows], strict=True)
    return found


_FROM = "count, digest FROM clinic_chainhead ORDER BY id"
_HEADS = {"postgresql": f"SELECT id::text, {_FROM}", "sqlite": f"SELECT id, {_FROM}"}


def _dashed(ids: list[str]) -> list[str]:
    """SQLite holds an id without its dashes, unless someone wrote it in another form."""
    if connection.vendor == "postgresql":
        return ids
    if set(map(len, ids)) == {32} and _HEX.fullmatch("".join(ids)):
        return [f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}" for id in ids]
    return [str(UUID(id)) for id in ids]


_HEX = re.compile("[0-9a-f]*")


def write(before: Anchored | None = None, heads: Heads | None = None) -> Path:
    """Write the next anchor after those that were read, in full or not at all; `heads` are where
    the chains are now.

    It tells where the chains are now, also where that is not where they were: `restored.missing`
    is asked before. Raises OSError, and FileExistsError when another was or is being written.
    """
    folder: Path = settings.ANCHORS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = before or read()
    heads = current_heads() if heads is None else heads
    now = clock.now()
    return keep(
        folder / f"{before.files + 1:06}-{now:%Y-%m-%d}.json",
        {
            "number": before.files + 1,
            "made_at": moment(now),
            "chains": len(heads),
            "entries": sum(count for count, _ in heads.values()),
            "root": MerkleTree(heads, before.tree).root,
            "previous": before.last_digest,
            "moved": {c: head for c, head in heads.items() if before.heads.get(c) != head},
        },
    )


def keep(path: Path, body: dict[str, Any]) -> Path:
    """Sign what an anchor says, and write it to `path`, in full or not at all."""
    body = body | {"key_id": keys.current()}
    body["signature"] = keys.sign(body["key_id"], canonical(body))
    draft = path.with_suffix(".draft")
    with open(draft, "x", encoding="utf-8", opener=_private) as file:
        file.write(canonical(body))
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        draft.unlink()
        raise FileExistsError(path)
    draft.replace(path)
    return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read() -> Anchored:
    """Every anchor there is, in order, each checked against its signature and the one before, with
    all heads."""
    found = _opened(_files())
    found.take_all()
    return found


def checked() -> Anchored:
    """The same, and no head is kept: `Anchored.between` reads those of some chains."""
    found = _opened(_files())
    found.check()
    return found


def opened() -> Anchored:
    """The same, and which heads they name is not read yet: `take` does that for some chains.

    Only the last file is checked against its signature. It vouches for the one before it, whose
    digest it names, and so on down to the first. Where anything is wrong, every signature is
    checked, to name the file.
    """
    files = _files()
    found = _opened(files, vouched_for=len(files) - 1)
    return _opened(files) if found.problems else found


def _files() -> list[Path]:
    return sorted(settings.ANCHORS.glob("*.json"))


def _opened(files: list[Path], vouched_for: int = 0) -> Anchored:
    """Every file with its link, and the signatures of those after the first so many."""
    found = Anchored()
    for number, path in enumerate(files):
        # Through a buffer it takes four times as long.
        with path.open("rb", buffering=0) as file:
            text = file.readall()
        _open(found, path.name, text, with_signature=number >= vouched_for)
        found.files += 1
        found.last_digest = hashlib.sha256(text).hexdigest()
    return found


def _open(found: Anchored, name: str, text: bytes, *, with_signature: bool) -> None:
    try:
        (parts,) = [m for m in [_FILE.fullmatch(text)] if m]
        body = json.loads(b"%b{}%b}" % (parts["head"], parts["tail"]))
        keys.secret_of(body["key_id"])
        is_signed = not with_signature or _is_signed(text, parts, body["key_id"])
        number, previous, root = body["number"], body["previous"], body["root"]
    except keys.UnknownKey as error:
        found.problems.append((name, f"is signed with the key {error}, which was not given"))
        return
    except (ValueError, KeyError, TypeError, AttributeError):
        found.problems.append((name, "is not an anchor"))
        return
    if not is_signed:
        found.problems.append((name, "is not signed by its key"))
        return
    if number != found.files + 1 or previous != found.last_digest:
        found.problems.append((name, "does not follow the anchor before it"))
    found._moved.append(_Moved(name, text, *parts.span("moved")))
    found._root = name, root


def _is_signed(text: bytes, parts: re.Match[bytes], key_id: str) -> bool:
    signed = memoryview(text)[: parts.end("tail")]
    return keys.sign(key_id, signed, b"}") == parts["by"].decode()
