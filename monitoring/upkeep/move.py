"""From SQLite to PostgreSQL: every row of every table, and proved on the other side.

Nothing is written into the old database, which is kept under another name when all is done. The new
one takes nothing from others before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from environ import Env
from psycopg.types.json import Jsonb

from clinic import clock, serving
from clinic.models import Staff
from clinic.trail import chain
from monitoring import guards
from monitoring.proof.verify import verify
from monitoring.upkeep import postgresql, sqlite
from monitoring.upkeep.aliases import another, instead
from monitoring.upkeep.failure import Failure, require_accepted
from monitoring.upkeep.manifest import Contents, contents, lacking_migrations, tables

SOURCE = "source"
VERB = "move_database"
BATCH = 2000
STILL_RUNS = "A server runs. Stop it first: what it saves would stay behind."


@dataclass(frozen=True)
class Moved:
    contents: Contents
    kept: Path
    """Where the old database stands now."""


def move(address: str, *, by: str, despite: bool = False) -> Moved:
    """Move the database to the empty one at `address`. Raises Failure; the old one stays then."""
    if connections[DEFAULT_DB_ALIAS].vendor != "sqlite":
        raise Failure("Only a database of SQLite is moved, and DATABASE_URL names another.")
    target = Env.db_url_config(address)
    if "postgresql" not in target["ENGINE"]:
        raise Failure("It is moved to PostgreSQL alone: postgresql://USER@HOST/NAME.")
    try:
        with serving.none_may_serve():
            return _move(target, by, despite)
    except serving.Running:
        raise Failure(STILL_RUNS) from None


def _move(target: dict[str, Any], by: str, despite: bool) -> Moved:
    path = Path(str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]))
    if not sqlite.has_tables(path):
        raise Failure(f"There is no database at {path}.")
    connections.close_all()
    sqlite.require_alone(path)
    who = Staff.objects.filter(username=by, is_active=True).first()
    if who is None:
        raise Failure("Say by whom: --by USER.")
    found = contents(DEFAULT_DB_ALIAS)
    if lacking := lacking_migrations(found):
        raise Failure(f"Run manage.py migrate first: {', '.join(lacking)} are not applied.")
    wrong = [f"{p.subject}: {p.words}" for p in verify().problems]
    require_accepted(wrong, despite)
    options = {**settings.POSTGRESQL, **target.get("OPTIONS", {})}
    with another(SOURCE), instead({**target, "OPTIONS": options}):
        _into(found, who, wrong)
        connections[SOURCE].close()
    kept = path.with_name(f"{path.name}.moved-{clock.now():%Y%m%dT%H%M%SZ}")
    connections.close_all()
    sqlite.close_log(path)
    path.rename(kept)
    return Moved(found, kept)


def _into(found: Contents, who: Staff, wrong: list[str]) -> None:
    """Fill the database that is connected to, and prove it."""
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.introspection.table_names():
        raise Failure("The database to move to is not empty: create an empty one.")
    postgresql.require_alone(connection)
    with postgresql.closed_to_others(connection):
        call_command("migrate", verbosity=0)
        with transaction.atomic():
            guards.drop(connection)
            _copy_everything()
            guards.install(connection)
        there = contents(DEFAULT_DB_ALIAS)
        if replace(there, migrations=[]) != replace(found, migrations=[]):
            raise Failure("The other database does not hold what this one holds.")
        require_accepted(
            [w for p in verify().problems if (w := f"{p.subject}: {p.words}") not in wrong], False
        )
        with transaction.atomic():
            chain.append(
                chain.ORGANISATION,
                "organisation",
                VERB,
                rows={},
                actor_id=who.pk,
                detail={"from": "sqlite", "to": "postgresql", "root": found.root, "wrong": wrong},
            )


def _copy_everything() -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    found = tables()
    with connection.cursor() as cursor:
        names = ", ".join(f'"{model._meta.db_table}"' for model in found)
        # What the migrations put there has other numbers than here.
        cursor.execute(f"TRUNCATE {names}")
        for model in found:
            _copy(model, cursor)
        # Now, not at the end: the guards are put at tables on which nothing is left to be checked.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)


def _copy(model: type[models.Model], cursor: Any) -> None:
    fields = model._meta.local_concrete_fields
    is_json = [isinstance(field, models.JSONField) for field in fields]
    rows = (
        model._base_manager.using(SOURCE).order_by("pk").values_list(*(f.attname for f in fields))
    )
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with cursor.copy(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN') as sink:
        for row in rows.iterator(chunk_size=BATCH):
            sink.write_row(
                Jsonb(value) if held and value is not None else value
                for held, value in zip(is_json, row, strict=True)
            )
