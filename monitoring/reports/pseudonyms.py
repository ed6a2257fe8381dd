"""The files of a site for research: nobody in them is named, and no day is the day it was.

What is decided here:

- Ids are replaced by a keyed digest. The key is of the recipient: the same one gets the same ids
  again, and two recipients can't join what they have. It is made of the oldest key of the trail,
  which stays here, so that a patient can be found again by the clinic alone.
- Every day and time of a patient is moved by the same number of whole weeks, ten to twenty years
  back: the hour, the day of the week and what lay between stay.
- Text is left out unless it is a code of ours: denied unless granted. So are the birth date, people
  and sites. Ages are whole years, 90 and more as "90+".
- In the tables of counts a cell under five, or whose rest is under five, is not told.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models

from clinic.models import Site, Staff
from clinic.trail import keys
from monitoring.models import Derived, Figures, Patient, PatientAmendment, Session
from monitoring.reports.files import Tables, cell, read
from monitoring.reports.nouns import DICTIONARY, Noun, codes_of, dictionary, nouns
from monitoring.reports.overview import sums
from monitoring.reports.tables import Cell
from monitoring.rules.facts import age_in_years
from monitoring.rules.flags import SYMPTOMS
from monitoring.rules.measures import value_fields
from monitoring.rules.protocol import PROTOCOLS
from monitoring.rules.questions import CHECKLIST, QUESTIONS
from monitoring.rules.scales import SCALES

LEAST = 5
OLDEST = 90
_WEEKS = (522, 522)
"""At least so many, and up to as many more."""
_CODES = frozenset((*SYMPTOMS, *SCALES, *PROTOCOLS, *QUESTIONS, *CHECKLIST, *value_fields()))
_LEFT_OUT = (Staff, PatientAmendment)
_BANDS = (("under 18", 18), ("18-39", 40), ("40-64", 65), ("65-89", OLDEST), ("90+", 999))


@dataclass(frozen=True)
class Recipient:
    """Whom the files are for, by the name under which the clinic will know them again."""

    name: str

    @property
    def _key(self) -> bytes:
        return bytes.fromhex(keys.sign(keys.oldest(), f"files for {self.name.strip().casefold()}"))

    def _digest(self, about: str, id: object) -> bytes:
        return hmac.digest(self._key, f"{about} {id}".encode(), "sha256")

    def id_of(self, id: UUID) -> str:
        """What stands for `id`, whatever it is the id of."""
        return self._digest("id", id).hex()[:32]

    def shift(self, patient: UUID) -> timedelta:
        """By how much everything of `patient` is moved."""
        least, more = _WEEKS
        return timedelta(weeks=-least - int.from_bytes(self._digest("weeks", patient)[:8]) % more)


def research(site: Site, kept: Collection[UUID], recipient: Recipient) -> Tables:
    """The record of `site` for `recipient`; of patients those in `kept` alone."""
    found = [noun for noun in nouns() if noun.model not in _LEFT_OUT]
    told = {noun.name: [f for f in noun.fields if _is_told(f)] for noun in found}
    yield "dictionary.csv", DICTIONARY, list(_dictionary(found, told))
    for noun in found:
        headings = [field.attname for field in told[noun.name]]
        more = ["age"] if noun.model is Session else []
        yield f"{noun.name}.csv", [*headings, *more], _rows(noun, site, kept, recipient)
    yield "counts.csv", ("table", "what", "count", "of"), list(_counts(site))


def _is_told(field: models.Field[Any, Any]) -> bool:
    """Numbers, answers, times, ids and codes; nothing else, whatever a later noun has."""
    if field.name == "date_of_birth" or (field.is_relation and field.related_model is Site):
        return False
    if isinstance(field, models.CharField):
        return bool(codes_of(field)) or issubclass(field.model, Derived) or field.name in _NAMES
    return isinstance(field, _PLAIN)


_PLAIN = (
    models.BooleanField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
    models.IntegerField,
    models.JSONField,
    models.UUIDField,
)
_NAMES = (
    "key",
    "treatment_phase",
    "outcome",
    "noun",
    *(f"{name}_scale" for name in ("sedation", "dissociation")),
)
"""Columns of codes that list no choices."""


def _dictionary(found: list[Noun], told: dict[str, list[Any]]) -> Iterator[list[str]]:
    for noun in found:
        names = {"", *(field.attname for field in told[noun.name])}
        for line in dictionary(noun):
            if line[1] in names:
                yield line
        if noun.model is Session:
            yield ["session.csv", "age", "text", "years", "age on the day; 90+ from 90 on", "", ""]


def _rows(
    noun: Noun, site: Site, kept: Collection[UUID], recipient: Recipient
) -> Iterator[list[Cell]]:
    told = [_is_told(field) for field in noun.fields]
    names = [field.attname for field in noun.fields]
    born = dict(Patient.objects.at(site).values_list("pk", "date_of_birth"))
    for patient, values in read(noun, site, kept):
        shift = recipient.shift(patient) if patient else timedelta(weeks=-_WEEKS[0])
        found = [
            _hidden(value, site, recipient, shift)
            for value, is_told in zip(values, told, strict=True)
            if is_told
        ]
        if noun.model is Session and patient:
            at = values[names.index("planned_for")].astimezone(site.tz).date()
            found.append(_age(born[patient], at))
        yield found


def _hidden(value: Any, site: Site, recipient: Recipient, shift: timedelta) -> Cell:
    if isinstance(value, UUID):
        return recipient.id_of(value)
    if isinstance(value, datetime):
        at = value.astimezone(site.tz).replace(tzinfo=None) + shift
        return at.isoformat(timespec="seconds")
    if isinstance(value, date):
        return str(value + shift)
    if isinstance(value, list):
        return cell([code for code in value if code in _CODES], site)
    if isinstance(value, dict):
        return cell({k: v for k, v in value.items() if k in _CODES and isinstance(v, bool)}, site)
    return cell(value, site)


def _age(born: date, on: date) -> str:
    years = age_in_years(born, on)
    return f"{OLDEST}+" if years >= OLDEST else str(years)


def _counts(site: Site) -> Iterator[list[Cell]]:
    """How many patients there are by sex and age, and the lines of the overview."""
    for (sex, band), count in sorted(_patients(site).items()):
        yield ["patients by sex and age at the last session", f"{sex}, {band}", told(count), ""]
    for code, share in sums(Figures.objects.filter(site=site)).items():
        is_told = all(told(n) == n for n in (share.count, share.total - share.count))
        yield ["overview", code, *((share.count, share.total) if is_told else (f"<{LEAST}", ""))]


def told(count: int) -> Cell:
    """A count, unless so few could be found by it."""
    return f"<{LEAST}" if 0 < count < LEAST else count


def _patients(site: Site) -> Counter[tuple[str, str]]:
    last = Session.objects.at(site).values("patient").annotate(at=models.Max("planned_for"))
    rows = last.values_list("patient__sex", "patient__date_of_birth", "at")
    found: Counter[tuple[str, str]] = Counter()
    for sex, born, at in rows:
        years = age_in_years(born, at.astimezone(site.tz).date())
        found[sex, next(band for band, below in _BANDS if years < below)] += 1
    return found
