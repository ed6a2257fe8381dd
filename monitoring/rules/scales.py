"""Rating scales: levels, anchor words and sources.

Sedation scales run in opposite directions (MOAA/S 5 is alert, POSS 1 is alert), so a value is
never kept without the id of its scale (CLINICAL 3; hazard 27).
"""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.rules.marking import gettext_noop as _
from monitoring.rules.measures import Number


@dataclass(frozen=True, slots=True)
class Level:
    value: int
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A rating scale; `levels` run from the unaffected patient to the most affected one."""

    id: str
    name: str
    levels: tuple[Level, ...]
    source: str

    @property
    def values(self) -> frozenset[int]:
        return frozenset(level.value for level in self.levels)

    def words(self, value: Number) -> str:
        """The anchor words of `value`. Raises KeyError for a value the scale does not have."""
        for level in self.levels:
            if level.value == value:
                return level.words
        raise KeyError(value)


MOAAS = Scale(
    id="moaas",
    name="MOAA/S",
    levels=(
        Level(5, _("Responds readily to name")),
        Level(4, _("Lethargic response to name")),
        Level(3, _("Responds only to name called loudly or repeatedly")),
        Level(2, _("Responds only to mild prodding or shaking")),
        Level(1, _("Responds only to painful trapezius squeeze")),
        Level(0, _("No response to painful trapezius squeeze")),
    ),
    source="CLINICAL 3, S52 (BMC Anesthesiol 2022, table 2; after Chernik 1990)",
)

DISSOCIATION_0_4 = Scale(
    id="dissociation-0-4",
    name="0–4",
    levels=(
        Level(0, _("None")),
        Level(1, _("Mild")),
        Level(2, _("Moderate")),
        Level(3, _("Severe")),
        Level(4, _("Extreme")),
    ),
    source="CLINICAL 3, clinician global rating 0-4: a design proposal, not validated",
)

SCALES: dict[str, Scale] = {scale.id: scale for scale in (MOAAS, DISSOCIATION_0_4)}
