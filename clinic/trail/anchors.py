"""Anchors: where all chains stood, signed and kept outside the database.

A chain proves that nothing within it was changed; that it was not cut short, or put back with an
older copy of the whole database, only something outside can prove. Each anchor names the heads that
moved since the one before, and the Merkle root of all.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from clinic import clock
from clinic.models import ChainHead
from clinic.trail import keys
from clinic.trail.canonical import canonical, moment

Head = tuple[int, str]
"""How many entries a chain has, and the digest of the last."""
Heads = dict[str, Head]


@dataclass
class Anchored:
    """What the anchors say together: each chain's last anchored head and all that there ever were,
    which heads went back from one file to the next, and what is wrong with the files themselves."""

    files: int = 0
    heads: Heads = field(default_factory=dict)
    every: dict[str, set[Head]] = field(default_factory=dict)
    backwards: list[tuple[str, str, Head]] = field(default_factory=list)
    """The file, the chain, and the head that was anchored before it with more entries."""
    last_digest: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)


def merkle_root(heads: Heads) -> str:
    """SHA-256 over pairs, the leaves in the order of their chains; an odd one goes up as it is."""
    level = [
        hashlib.sha256(canonical([chain, count, digest]).encode()).digest()
        for chain, (count, digest) in sorted(heads.items())
    ]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"".join(p)).digest() if p[1:] else p[0] for p in pairs]
    return level[0].hex() if level else ""


def current_heads() -> Heads:
    rows = ChainHead.objects.order_by("id").values_list("id", "count", "digest")
    return {str(chain): (count, digest) for chain, count, digest in rows.iterator()}


def write() -> Path:
    """Write the next anchor, in full or not at all.

    It tells where the chains are now, also where that is not where they were: `restored.missing`
    is asked before. Raises OSError, and FileExistsError when another is being written.
    """
    folder: Path = settings.ANCHORS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = read()
    heads = current_heads()
    now = clock.now()
    body: dict[str, Any] = {
        "number": before.files + 1,
        "made_at": moment(now),
        "chains": len(heads),
        "entries": sum(count for count, _ in heads.values()),
        "root": merkle_root(heads),
        "previous": before.last_digest,
        "moved": {chain: head for chain, head in heads.items() if before.heads.get(chain) != head},
        "key_id": keys.current(),
    }
    body["signature"] = keys.sign(body["key_id"], canonical(body))
    path = folder / f"{body['number']:06}-{now:%Y-%m-%d}.json"
    draft = path.with_suffix(".draft")
    with open(draft, "x", encoding="utf-8", opener=_private) as file:
        file.write(canonical(body))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read() -> Anchored:
    """Every anchor there is, in order, each checked against its signature and the one before."""
    found = Anchored()
    for path in sorted(settings.ANCHORS.glob("*.json")):
        text = path.read_bytes()
        _take(found, path.name, text)
        found.files += 1
        found.last_digest = hashlib.sha256(text).hexdigest()
    return found


def _take(found: Anchored, name: str, text: bytes) -> None:
    try:
        body = json.loads(text)
        signature = body.pop("signature")
        is_signed = keys.sign(body["key_id"], canonical(body)) == signature
        moved = {chain: (int(c), str(d)) for chain, (c, d) in body["moved"].items()}
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
    for chain, head in moved.items():
        before = found.heads.get(chain)
        if before and head[0] < before[0]:
            found.backwards.append((name, chain, before))
        found.every.setdefault(chain, set()).add(head)
    found.heads.update(moved)
    if root != merkle_root(found.heads):
        found.problems.append((name, "has another root than its heads"))
