"""What the tables of the record have in common, and the list of them."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, Literal, Self

from django.apps import apps
from django.db import models

from clinic.ids import uuid7
from clinic.models.insert import insert

ChainKind = Literal["session", "patient", "organisation", ""]


class Guarded(models.Model):
    """A table that the database itself guards.

    `rights` is what the application may do to its rows, besides reading them: the grants, the
    authorizer of SQLite and the guards are made from it. `chain_kind` names the chains that its
    rows are written to; it is empty where no chain has them, as for the log itself.
    """

    rights: ClassVar[frozenset[str]] = frozenset({"INSERT", "UPDATE"})
    chain_kind: ClassVar[ChainKind] = "organisation"

    class Meta:
        abstract = True

    @classmethod
    def tables(cls, chain_kind: ChainKind | None = None) -> tuple[type[Self], ...]:
        """Every table of this kind, by name; with `chain_kind`, those that its chains are made of.

        This is the one list of what is recorded. Guards, rights, replay, comparison, verification
        and loading all read it.
        """
        found: Any = _tables(cls, chain_kind)
        return tuple(found)


@cache
def _tables(kind: type[Guarded], chain_kind: ChainKind | None) -> tuple[type[Guarded], ...]:
    """Asked for with each session that is read: the models of a process do not change."""
    found = (m for m in apps.get_models() if issubclass(m, kind))
    return tuple(sorted((m for m in found if chain_kind in {None, m.chain_kind}), key=name_of))


class RecordRow(Guarded):
    """A row that is inserted once and never changed or deleted. It may belong to no session.

    `is_new` says of an object that it was inserted, not loaded.
    """

    is_new = False

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    rights = frozenset({"INSERT"})

    class Meta:
        abstract = True

    def save(self, **how: Any) -> None:
        if how == {"force_insert": True}:
            insert(self)
        else:
            super().save(**how)
        self.is_new = True


def name_of(model: type[models.Model] | models.Model) -> str:
    """The noun of a model, or of a row, in entries of the trail, such as "doseend".

    A row may be the lazy `request.user`: its type is not asked for.
    """
    return str(model._meta.model_name)
