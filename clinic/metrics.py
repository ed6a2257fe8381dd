"""What is counted of each request, for a monitor such as Prometheus: one middleware, no view.

Each process counts in files of a folder that all processes of the server share, so that whoever is
asked sums all of them. Without such a folder nothing is counted: what one process of several had
counted would be read as the whole. Labels name pages, methods and answers, and never a person.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, Summary

from clinic import unwritable

log = logging.getLogger("clinic.metrics")
ROOM = {"summary": 512_000, "histogram": 64_000, "counter": 64_000}
"""Bytes of the files of one process. They are taken on the disk beforehand: the library writes them
through memory, and a process that finds the disk full at such a write is ended by the system."""
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = {"GET": "GET", "HEAD": "GET", "POST": "POST"}
"""What else a stranger sends is "other": no one but the product makes a new line."""


class Counts:
    """What one process has counted."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.pages = Summary(
            "clinic_page_seconds",
            "Requests by page, method and kind of answer, and the seconds until each was answered.",
            ["page", "method", "answer"],
            registry=registry,
        )
        self.seconds = Histogram(
            "clinic_request_seconds",
            "Seconds until a request was answered.",
            ["method"],
            buckets=SECONDS,
            registry=registry,
        )
        self.refused = Counter(
            "clinic_refused",
            "Requests refused for what the database could not do; of POST, what was not saved.",
            ["method", "why"],
            registry=registry,
        )
        # A line that is there from the start tells the first refusal from no answer at all.
        for why in unwritable.WHY:
            self.refused.labels("POST", why)

    def count(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        method = METHODS.get(request.method or "", "other")
        answer = f"{response.status_code // 100}xx"
        self.pages.labels(_page(request), method, answer).observe(seconds)
        self.seconds.labels(method).observe(seconds)
        if why := unwritable.said():
            self.refused.labels(method, why).inc()


def _page(request: HttpRequest) -> str:
    """The name of the address, which holds no id; of a file, and of no address, what it is."""
    if request.resolver_match is not None:
        return request.resolver_match.view_name
    return "static" if request.path.startswith("/static/") else "none"


def folder() -> Path | None:
    """Where the processes of this server count."""
    return Path(settings.METRICS) if settings.METRICS else None


def counts() -> Counts | None:
    """Those of this process; None where none can be kept, and the record goes on without."""
    return counts_of(os.getpid())


@cache
def counts_of(process: int) -> Counts | None:
    """A worker is forked with what is loaded, and counts in files of its own."""
    place = folder()
    if place is None:
        return None
    try:
        for kind, size in ROOM.items():
            with (place / f"{kind}_{process}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        log.warning("no request is counted, %s cannot be written: %s", place, error.strerror)
        return None
    return Counts(CollectorRegistry())


class Counted:
    """Counts each request once it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = counts()
        if own is None:
            return self.get_response(request)
        began = time.perf_counter()
        with unwritable.listening():
            response = self.get_response(request)
            own.count(request, response, time.perf_counter() - began)
        return response
