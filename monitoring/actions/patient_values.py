"""What is kept of a patient, as a verb writes it: tidied, complete and findable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from clinic import clock
from clinic.models import Site
from monitoring.actions.outcome import Reason, Refused
from monitoring.models import Patient
from monitoring.rules.names import has_hidden, search_text, tidy

_NEEDED = ("mrn", "family_name", "sex")


def whole(given: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """`given`, which names every column of `Patient.AMENDED`, tidied, with `search_name`.

    Raises Refused at each field: what is needed and empty, characters that are not seen, a birth
    after today.
    """
    values: dict[str, Any] = {n: tidy(v) if isinstance(v, str) else v for n, v in given.items()}
    reasons = [Reason("required", name) for name in _NEEDED if not values[name]]
    reasons += [
        Reason("hidden_character", name)
        for name, value in values.items()
        if isinstance(value, str) and has_hidden(value)
    ]
    born: date = values["date_of_birth"]
    if born > clock.now().astimezone(site.tz).date():
        reasons.append(Reason("born_in_future", "date_of_birth"))
    if reasons:
        raise Refused(reasons)
    names = (values["family_name"], values["given_name"], values["mrn"])
    return {**values, "search_name": search_text(*names)}


def with_mrn(mrn: str) -> Patient | None:
    """Who has `mrn`, at any site and however it was typed."""
    return Patient.objects.filter(Exact(Upper("mrn"), Upper(Value(mrn)))).first()
