"""A backup is put back: checked, told on the trail and verified before anyone works in it.

On SQLite all that is done with a file beside the old one, which then takes its place in one step.
On PostgreSQL the database, which has to be empty, takes nothing from others until all is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections

from clinic import clock, serving
from clinic.models import Staff
from clinic.trail import anchors
from monitoring import guards
from monitoring.proof import restored
from monitoring.proof.findings import Problem
from monitoring.proof.verify import verify
from monitoring.upkeep import archive, postgresql, sqlite
from monitoring.upkeep.aliases import instead
from monitoring.upkeep.backup import draft_folder
from monitoring.upkeep.failure import Failure, require_accepted
from monitoring.upkeep.manifest import (
    Manifest,
    contents,
    lacking_here,
    lacking_migrations,
    unknown_migrations,
)

STILL_RUNS = "A server runs, or another restore. Stop it first: what it saves would be lost."


@dataclass
class Wanted:
    """`despite`: go on although something is lacking or wrong, which is then told on the trail."""

    backup: Path
    identity: str
    by: str
    reason: str
    replace: bool = False
    despite: bool = False


@dataclass
class Done:
    said: Manifest
    lost: restored.Lost
    """What was anchored and is not in the backup."""
    findings: list[str] = field(default_factory=list)
    aside: Path | None = None
    """Where the database stands that was there before."""


def restore(wanted: Wanted) -> Done:
    """Raises Failure, having changed nothing, unless it says otherwise."""
    try:
        with serving.none_may_serve():
            if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
                return _into_postgresql(wanted)
            return _into_sqlite(wanted)
    except serving.Running:
        raise Failure(STILL_RUNS) from None


def _into_sqlite(wanted: Wanted) -> Done:
    target = Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    connections.close_all()
    if sqlite.has_tables(target) and not wanted.replace:
        raise Failure(f"{target} holds a database. With --replace it is put aside, and kept.")
    sqlite.require_alone(target)
    with draft_folder() as draft:
        copy = draft / archive.DATABASE
        done = _opened(wanted, copy, "sqlite")
        sqlite.require_sound(copy)
        with instead({"NAME": str(copy)}):
            _told_and_verified(wanted, done)
        sqlite.close_log(copy)
        done.aside = sqlite.exchange(copy, target, f"{clock.now():%Y%m%dT%H%M%SZ}")
    return done


def _into_postgresql(wanted: Wanted) -> Done:
    connection = connections[DEFAULT_DB_ALIAS]
    name = str(connection.settings_dict["NAME"])
    if connection.introspection.table_names():
        raise Failure(
            f"The database {name} is not empty. Create an empty one beside it, name that in "
            "DATABASE_URL and restore there; keep the old one until the new one is verified."
        )
    postgresql.require_alone(connection)
    with draft_folder() as draft:
        copy = draft / archive.DATABASE
        done = _opened(wanted, copy, "postgresql")
        with postgresql.closed_to_others(connection):
            postgresql.load(copy)
            _told_and_verified(wanted, done)
    return done


def _opened(wanted: Wanted, copy: Path, engine: str) -> Done:
    """Read the backup, with its database to `copy`. Raises Failure where it can't be restored."""
    text, digest = archive.read(wanted.backup, wanted.identity, copy)
    said, findings = Manifest.opened(text)
    if digest != said.digest:
        raise Failure("The database in the backup is not the one that was put there.")
    if said.engine != engine:
        raise Failure(
            f"This is a backup of {said.engine}, and DATABASE_URL names a database of {engine}. "
            "Restore it to its own; from SQLite, manage.py move_database then leads to PostgreSQL."
        )
    if unknown := unknown_migrations(said.contents):
        raise Failure(
            f"The backup was made by a newer version, which has {', '.join(unknown)}: install that "
            "first."
        )
    findings += lacking_here(said)
    require_accepted(findings, wanted.despite)
    return Done(said, {}, findings)


def _told_and_verified(wanted: Wanted, done: Done) -> None:
    """The copy, which is connected to, is what the backup says, and whole; its trail tells of the
    restore."""
    if contents(DEFAULT_DB_ALIAS) != done.said.contents:
        raise Failure("The database in the backup is not what the backup says of it.")
    if lacking_migrations(done.said.contents):
        # Made by an earlier version. The guards of this one are put in place with its tables.
        call_command("migrate", verbosity=0)
    who = Staff.objects.filter(username=wanted.by, is_active=True).first()
    if who is None or not wanted.reason.strip():
        raise Failure("Say why, and by whom: --reason WORDS --by USER, who is in the backup.")
    anchored = anchors.read()
    done.lost = restored.missing(anchored, anchors.current_heads())
    wrong = [
        f"{p.subject}: {p.words}" for p in verify().problems if not _is_loss(p, anchored, done)
    ]
    require_accepted(wrong, wanted.despite)
    done.findings += wrong
    connection = connections[DEFAULT_DB_ALIAS]
    if guards.check(connection):
        with guards.as_owner(connection):
            guards.install(connection)
    restored.append_restore(
        done.lost,
        who,
        wanted.reason.strip(),
        backup={
            "made_at": done.said.made_at,
            "digest": done.said.digest,
            "root": done.said.contents.root,
            "findings": done.findings,
        },
    )


def _is_loss(problem: Problem, anchored: anchors.Anchored, done: Done) -> bool:
    """Whether it says only that something was anchored after the backup: that is told below."""
    kind, _, name = problem.subject.partition(" ")
    if kind == "anchor":
        return name in {file for file, *_ in anchored.backwards}
    return name in done.lost and "anchored" in problem.words
