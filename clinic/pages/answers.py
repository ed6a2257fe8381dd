"""What a script is answered that sent a form by itself: the outbox of a tablet (decision 0012).

It asks with `Accept: application/json`. 201 is saved, 200 was saved before; 409 stands for other
content, 422 is refused at its fields, 503 is to be sent again.
"""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.csrf import csrf_failure

from clinic.models.row import RecordRow
from clinic.pages.drafts import saved_time
from clinic.pages.moments import clock_seconds
from clinic.pages.submit import because, status_of

JSON = "application/json"


def is_asked_by_outbox(request: HttpRequest) -> bool:
    return request.method == "POST" and request.headers.get("Accept") == JSON


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A token that is no good any more: someone has signed in since. Nothing was read."""
    if is_asked_by_outbox(request):
        return JsonResponse({"signed_in": False}, status=HTTPStatus.UNAUTHORIZED)
    return csrf_failure(request, reason)


def saved(row: RecordRow, address: str) -> JsonResponse:
    """The stored row's own time, which is the first sending's where this is another."""
    status = HTTPStatus.CREATED if row.is_new else HTTPStatus.OK
    body = {"id": str(row.pk), "saved": clock_seconds(saved_time(row)), "page": address}
    return JsonResponse(body, status=status)


def refused(form: forms.BaseForm) -> HttpResponse:
    """Why the form was not saved: by field, and under "" what is said of all of it."""
    errors = {
        "" if name == NON_FIELD_ERRORS else name: [str(one) for one in found]
        for name, found in form.errors.items()
    }
    status = HTTPStatus.CONFLICT if getattr(form, "is_conflict", False) else status_of(form)
    return JsonResponse({"errors": errors, "because": because(form)}, status=status)
