"""Why a fact is corrected: one tap for what happens most, words of one's own for the rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from clinic.pages.fields import Tiles

USUAL = {
    "typed": gettext_lazy("Typed wrongly"),
    "read": gettext_lazy("Read wrongly"),
}


def usual_reasons() -> Tiles:
    return Tiles(label=gettext_lazy("Usual reasons"), choices=list(USUAL.items()))


def own_words() -> forms.CharField:
    """Shorter than what is stored, for what was tapped may stand before it."""
    return forms.CharField(
        required=False, max_length=280, label=gettext_lazy("Why corrected, in your own words")
    )


def why(data: dict[str, Any], own: str = "reason") -> str:
    """The reason as it is recorded, from the cleaned fields `usual_reason` and `own`."""
    usual = USUAL.get(data["usual_reason"], "")
    return ". ".join(str(words) for words in (usual, data[own]) if words)
