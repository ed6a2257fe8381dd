"""Rows of the organisation as tests write them: with their entry on the trail, as by a verb."""

from __future__ import annotations

from typing import Any, TypeVar

import factory
from django.db import models, transaction

from clinic.models import Membership, Proposal, SavedView, Site, Staff, Tablet
from clinic.trail.changes import Changes

M = TypeVar("M", bound=models.Model)
VERBS: dict[type[models.Model], str] = {
    Membership: "change_roles",
    Proposal: "propose_new_sign_in",
    SavedView: "save_view",
    Site: "open_site",
    Staff: "invite_person",
    Tablet: "enrol_tablet",
}
"""The verb that inserts such a row."""


class LoggedFactory(factory.django.DjangoModelFactory[M]):
    """Inserts each row together with its entry."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class: type[M], *args: Any, **kwargs: Any) -> M:
        return insert(model_class(*args, **kwargs))


def insert(row: M) -> M:
    changes = Changes()
    with transaction.atomic():
        changes.insert(row)
        changes.append(VERBS[type(row)], None)
    return row


def save(row: models.Model, *fields: str) -> None:
    """Save `row`, or the `fields` of it, as a verb would that changed them."""
    changes = Changes()
    with transaction.atomic():
        row.save(update_fields=fields or None)
        changes.note(row, fields or None)
        changes.append("amend_contact" if isinstance(row, Staff) else "amend_site", None)


def delete(row: models.Model) -> None:
    """Take a role away."""
    changes = Changes()
    with transaction.atomic():
        changes.delete(row)
        changes.append("change_roles", None)
