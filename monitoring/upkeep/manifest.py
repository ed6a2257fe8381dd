"""What a backup says of the database in it: how much there is, where its chains end, and what else
is needed to open and prove it. Signed with the key that signs the trail."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max

from clinic import clock
from clinic.models import ChainHead, TrailEntry
from clinic.trail import anchors, keys
from clinic.trail.canonical import canonical, moment
from monitoring.upkeep.failure import Failure

FORMAT = 1


@dataclass(frozen=True)
class Contents:
    """One state of a database, by which it is known again wherever it is restored."""

    migrations: list[list[str]]
    rows: dict[str, int]
    chains: int
    entries: int
    root: str
    last_entry_at: str
    key_ids: list[str]
    """The keys that signed its trail."""


@dataclass(frozen=True)
class Manifest:
    engine: str
    made_at: str
    contents: Contents
    digest: str
    """Of the database's file in the archive."""
    key_ids: list[str]
    """The keys of the trail that signed it, and those that were given when it was made."""
    secret_key: str
    """By which SECRET_KEY is known again: without it the second factors are lost."""
    anchor: list[str]
    """The name and digest of the last anchor; empty where there was none."""
    format: int = FORMAT

    def signed(self) -> bytes:
        body: dict[str, Any] = {**asdict(self), "key_id": keys.current()}
        body["signature"] = keys.sign(body["key_id"], canonical(body))
        return canonical(body).encode()

    @classmethod
    def opened(cls, text: bytes) -> tuple[Manifest, list[str]]:
        """What a backup says of itself, and in words what is wrong with its signature. Raises
        Failure where it says nothing that can be read."""
        try:
            body = json.loads(text)
            signature = body.pop("signature")
            values = {f.name: body[f.name] for f in fields(cls)}
            found = cls(**{**values, "contents": Contents(**body["contents"])})
            key_id = str(body["key_id"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Failure("This is no backup of this product.") from None
        if found.format != FORMAT:
            raise Failure("This backup was made by a newer version: install that first.")
        try:
            is_signed = hmac.compare_digest(keys.sign(key_id, canonical(body)), signature)
        except keys.UnknownKey:
            return found, [
                f"It is signed with the key {key_id}, which CLINIC_TRAIL_KEYS does not have."
            ]
        return found, [] if is_signed else ["It is not signed by the key that it names."]


def made(using: str, found: Contents, digest: str) -> Manifest:
    """What is said of a copy with these contents; `using` is where it was taken from."""
    return Manifest(
        engine=connections[using].vendor,
        made_at=moment(clock.now()),
        contents=found,
        digest=digest,
        key_ids=sorted({*found.key_ids, *settings.TRAIL_KEYS}),
        secret_key=fingerprint(settings.SECRET_KEY),
        anchor=last_anchor(),
    )


def contents(using: str) -> Contents:
    heads = {
        str(chain): (count, digest)
        for chain, count, digest in ChainHead.objects.using(using)
        .order_by("id")
        .values_list("id", "count", "digest")
        .iterator()
    }
    entries = TrailEntry.objects.using(using).order_by()
    last = entries.aggregate(at=Max("at"))["at"]
    applied = MigrationRecorder(connections[using]).applied_migrations()
    return Contents(
        migrations=sorted([app, name] for app, name in applied),
        rows={m._meta.db_table: m._base_manager.using(using).count() for m in tables()},
        chains=len(heads),
        entries=sum(count for count, _ in heads.values()),
        root=anchors.MerkleTree(heads).root,
        last_entry_at=moment(last) if last else "",
        key_ids=sorted(entries.values_list("key_id", flat=True).distinct()),
    )


def tables() -> list[Any]:
    """Every model that has a table of its own."""
    found = [m for m in apps.get_models(include_auto_created=True) if m._meta.managed]
    return sorted(found, key=lambda m: m._meta.db_table)


def unknown_migrations(said: Contents) -> list[str]:
    """Migrations of the backup that this version does not have: a newer one made it."""
    known = MigrationLoader(None).disk_migrations
    # Those of an earlier version that were replaced are not on the disk any more.
    ours = {"clinic", "monitoring"}
    return [f"{a}.{n}" for a, n in said.migrations if (a, n) not in known and a in ours]


def lacking_migrations(said: Contents) -> list[str]:
    """What this version has and the backup does not: it was made by an earlier one."""
    there = {(app, name) for app, name in said.migrations}
    return [
        f"{a}.{n}" for a, n in sorted(MigrationLoader(None).disk_migrations) if (a, n) not in there
    ]


def last_anchor() -> list[str]:
    found = sorted(settings.ANCHORS.glob("*.json"))
    return [found[-1].name, hashlib.sha256(found[-1].read_bytes()).hexdigest()] if found else []


def fingerprint(secret: str) -> str:
    return hmac.digest(secret.encode(), b"which key a backup needs", "sha256").hex()[:16]


def lacking_here(manifest: Manifest) -> list[str]:
    """What this machine lacks of what the backup needs beside itself, in words."""
    found = [
        f"CLINIC_TRAIL_KEYS lacks the key {key}: what it signed cannot be verified."
        for key in manifest.key_ids
        if key not in settings.TRAIL_KEYS
    ]
    given = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if manifest.secret_key not in {fingerprint(secret) for secret in given}:
        found.append("SECRET_KEY is another: authenticator apps and passkeys will not be known.")
    if manifest.anchor:
        name, digest = manifest.anchor
        path = settings.ANCHORS / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            found.append(
                f"The anchors up to {name} are not in {settings.ANCHORS}: what was recorded after "
                "this backup, and is lost with it, cannot be named."
            )
    return found
