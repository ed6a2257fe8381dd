"""What is kept of a patient, as a verb writes it: tidied, complete and findable."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from clinic import clock
from clinic.message import Message
from clinic.models import Site
from clinic.names import has_hidden, search_text, tidy
from clinic.refusal import Refused
from monitoring.models import Patient
from monitoring.models.alike import alike
from monitoring.rules.facts import age_in_years
from monitoring.rules.history import ADULT_YEARS

_NEEDED = ("mrn", "family_name", "sex")


def whole(given: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """`given`, which names every column of `Patient.AMENDED`, tidied, with `search_name`.

    Raises Refused at each field: what is needed and empty, characters that are not seen, a birth
    after today.
    """
    values: dict[str, Any] = {n: tidy(v) if isinstance(v, str) else v for n, v in given.items()}
    reasons = [Message("required", field=name) for name in _NEEDED if not values[name]]
    reasons += [
        Message("hidden_character", field=name)
        for name, value in values.items()
        if isinstance(value, str) and has_hidden(value)
    ]
    born: date = values["date_of_birth"]
    if born > clock.now().astimezone(site.tz).date():
        reasons.append(Message("born_in_future", field="date_of_birth"))
    if reasons:
        raise Refused(reasons)
    names = (values["family_name"], values["given_name"], values["mrn"])
    return {**values, "search_name": search_text(*names)}


def ask(
    values: Mapping[str, Any], site: Site, confirmed: Collection[str], own: UUID | None = None
) -> None:
    """Ask whether a patient is under age, and whether one of a like name is another person.

    Raises Refused with what is not in `confirmed` yet. The answer to each is `answer` in its
    params: it names the birth date, or the patients, asked about. `own` is the patient's id.
    """
    reasons = []
    born: date = values["date_of_birth"]
    age = age_in_years(born, clock.now().astimezone(site.tz).date())
    if age < ADULT_YEARS:
        params = {"age": age, "answer": f"minor:{born}"}
        reasons.append(Message("minor", params, "date_of_birth"))
    names = values["family_name"], values["given_name"]
    if found := alike(site.pk, *names, values["date_of_birth"], own):
        answer = "namesake:" + ",".join(sorted(str(p.pk) for p in found))
        reasons.append(Message("namesake", {"answer": answer, "patients": found}, "family_name"))
    if open_ones := [r for r in reasons if r.params["answer"] not in confirmed]:
        raise Refused(open_ones)


def with_mrn(mrn: str) -> Patient | None:
    """Who has `mrn`, at any site and however it was typed."""
    return Patient.objects.with_mrn(mrn).first()
