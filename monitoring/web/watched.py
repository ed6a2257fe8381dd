"""Whether the database still keeps the record: each process asks at a request, once a minute."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from clinic.request import PublicRequest
from monitoring.guards.watch import watch


class Watched:
    """Strangers ask nothing of it: they are shown no record, and write none."""

    def __init__(self, get_response: Callable[[PublicRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PublicRequest) -> HttpResponse:
        if request.user.is_authenticated:
            watch()
        return self.get_response(request)
