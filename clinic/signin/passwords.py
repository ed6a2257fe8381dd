"""Words that a stranger to the clinic tries first count for nothing in a password."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.models import Site, Staff

WORDS = (
    "administrator",
    "auditor",
    "clinician",
    "clinic",
    "depression",
    "esketamine",
    "ketamine",
    "nurse",
    "psychiatry",
    "session",
    "spravato",
)
"""What the product, the drugs and the roles are called."""
LEAST_LENGTH = 8
SHORTEST_NAME = 3


class ForbiddenWordsValidator:
    """Refuses a password that is too short without the words of the organisation."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        left = password.casefold()
        for word in sorted({*WORDS, *_names(user)}, key=len, reverse=True):
            left = left.replace(word, "")
        if len(left) < LEAST_LENGTH <= len(password):
            raise ValidationError(self.get_help_text(), code="password_of_the_organisation")

    def get_help_text(self) -> str:
        return _(
            "Names of the clinic, its people, roles and drugs do not count: use %(count)s other "
            "characters."
        ) % {"count": LEAST_LENGTH}


def _names(user: Staff | None) -> Iterable[str]:
    """Parts of the person's own names and of their sites' names."""
    if user is None:
        return []
    sites = Site.objects.filter(memberships__staff=user.pk).values_list("name", flat=True)
    texts = [user.username, user.first_name, user.last_name, *sites]
    parts = re.findall(r"\w+", " ".join(texts).casefold())
    return [part for part in parts if len(part) >= SHORTEST_NAME]
