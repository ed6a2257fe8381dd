"""Pages of a session, asked for and sent as a browser does."""

from __future__ import annotations

from typing import Any

from django.test import Client

from clinic.ids import uuid7
from tests.factories.visits import (
    Visit,
)


def send(client: Client, visit: Visit, page: str, body: dict[str, Any]) -> Any:
    return client.post(f"/sessions/{visit.id}/{page}/", {"id": str(uuid7())} | body)


def told(answer: Any, field: str | None, sentence: str, status: int = 422) -> bool:
    assert answer.status_code == status
    errors = answer.context["form"].errors.get(field or "__all__", [])
    assert any(sentence in str(error) for error in errors), dict(answer.context["form"].errors)
    return sentence in answer.content.decode()


def yes_no(answers: dict[str, bool | None]) -> dict[str, str]:
    return {q: "yes" if a else "no" for q, a in answers.items() if a is not None}


def page(client: Client, visit: Visit) -> Any:
    return client.get(f"/sessions/{visit.id}/")
