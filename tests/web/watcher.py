"""A page that asks for news again and again."""

from __future__ import annotations

from typing import Any

from django.test import Client

POLL = {"HX-Request": "true"}


class Watcher:
    """A page that asks by itself, as `connection.js` does."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        self.version = client.get(path).context["version"]

    def ask(self) -> Any:
        answer: Any = self.client.get(self.path, {"version": self.version}, headers=POLL)
        if answer.status_code == 200:
            self.version = answer.context["version"]
        self.version = answer.get("X-Version", self.version)
        return answer

    def has_news(self) -> bool:
        return bool(self.ask().status_code == 200)
