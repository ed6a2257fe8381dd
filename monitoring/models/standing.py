"""Facts that count, in a query: what `SessionRows.standing` is for the rows of one session, and
{standing ...} for the guards."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models.row import name_of
from monitoring.models.row import Correctable, SessionFact
from monitoring.models.strike import Strike

F = TypeVar("F", bound=SessionFact)

_TAKES_OUT = Q(needs_confirmation=False) | Q(confirmation__is_confirmed=True)


def standing(noun: type[F]) -> QuerySet[F]:
    """The facts of `noun` that count: neither entered in error, which a clinician has confirmed
    where one must, nor replaced. What a struck correction had replaced stays out with it."""
    found: QuerySet[F] = noun._default_manager.filter(~struck(noun))
    return found.filter(replaced_by=None) if issubclass(noun, Correctable) else found


def struck(noun: type[SessionFact], id: str = "pk") -> Exists:
    """Whether the fact of `noun` under the column `id` was struck, in a query about others."""
    return Exists(Strike.objects.filter(_TAKES_OUT, noun=name_of(noun), target=OuterRef(id)))
