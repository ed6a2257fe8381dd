"""Tablets that send readings to the clinic without a pause, and the reckoning of what was kept.

A tablet sends a form until it is told that it is saved, with the id that the form was given when it
was filled in: what was saved and not answered is sent again, and has to stand there once.
"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import pairwise
from math import inf
from typing import Any
from urllib.parse import urlencode

from clinic.ids import uuid7

WAITS = 15
PAUSE = 0.2


@dataclass
class Sent:
    """What all tablets were told: by id, when."""

    saved: dict[str, float] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    answers: Counter[int] = field(default_factory=Counter)

    def silence(self, since: float) -> float:
        """The longest time without a reading that was saved, in seconds, up to the last one."""
        moments = [since, *sorted(at for at in list(self.saved.values()) if at > since)]
        return max((later - earlier for earlier, later in pairwise(moments)), default=inf)


class Tablet(threading.Thread):
    """Sends to the HAProxy of one machine. Its cookies are a signed-in nurse's."""

    def __init__(
        self, sent: Sent, host: str, port: int, cookies: dict[str, str], sessions: list[str]
    ) -> None:
        super().__init__(daemon=True)
        self.sent, self.sessions = sent, sessions
        self._cookies = dict(cookies)
        self._where = host, port
        self._is_over = threading.Event()
        self._token = ""

    def finish(self) -> None:
        self._is_over.set()
        self.join(WAITS * 2)

    def run(self) -> None:
        while not self._is_over.is_set():
            self._send_until_saved()
            self._is_over.wait(PAUSE)

    def _send_until_saved(self) -> None:
        where, form = random.choice(self.sessions), reading()
        self.sent.begun.add(form["id"])
        while not self._is_over.is_set():
            try:
                status, place = self.send(where, form)
            except (OSError, http.client.HTTPException):
                status, place = 0, ""
            self.sent.answers[status] += 1
            if status == HTTPStatus.FOUND and place.startswith(f"/sessions/{where}/"):
                self.sent.saved[form["id"]] = time.monotonic()
                return
            if status == HTTPStatus.OK:
                # It is asked about, as where it is the same as the one before: another is typed.
                return
            self._is_over.wait(PAUSE)

    def send(self, session: str, form: dict[str, str]) -> tuple[int, str]:
        """The status of the answer, and where it leads."""
        path = f"/sessions/{session}/reading/"
        if not self._token:
            status, place, page = self._ask("GET", path)
            if not (found := re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)):
                return status, place
            self._token = found[1]
        status, place, _ = self._ask("POST", path, form | {"csrfmiddlewaretoken": self._token})
        return status, place

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> Any:
        connection = http.client.HTTPConnection(*self._where, timeout=WAITS)
        try:
            headers = {
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request(method, path, urlencode(form) if form else None, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            for line in answer.headers.get_all("Set-Cookie") or []:
                if found := re.match(r'([^=]+)="?([^;"]*)', line):
                    self._cookies[found[1]] = found[2]
            return answer.status, answer.headers.get("Location", ""), page
        finally:
            connection.close()


def reading() -> dict[str, str]:
    """A set of observations; its id stands in its note as well, so that a copy would be found."""
    id = str(uuid7())
    return {
        "id": id,
        "note": id,
        "systolic": str(random.randint(122, 136)),
        "diastolic": str(random.randint(74, 86)),
        "heart_rate": str(random.randint(62, 84)),
        "spo2": str(random.randint(96, 99)),
        "oxygen": "0",
        "respiratory_rate": str(random.randint(12, 18)),
        "sedation": "5",
        "dissociation": "0",
    }


@dataclass(frozen=True)
class Reckoning:
    lost: set[str]
    twice: set[str]
    unknown: set[str]
    """Readings that no tablet sent."""

    def __bool__(self) -> bool:
        return bool(self.lost or self.twice or self.unknown)


def reckon(sent: Sent, notes: Iterable[str]) -> Reckoning:
    """What the tablets were told against the notes of all readings that they could have written."""
    found = Counter(notes)
    return Reckoning(
        lost=set(sent.saved) - set(found),
        twice={note for note, count in found.items() if count > 1},
        unknown=set(found) - sent.begun,
    )
