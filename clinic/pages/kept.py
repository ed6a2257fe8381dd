"""`{% kept "_reading.html" row=row %}`: a piece of a page that is rendered once for its values.

The piece is given the named values and nothing else: no request, no permissions, no form. It is
kept by those values themselves, so that it can say to no one what their own request has not found,
and a value that changed is another piece. Values are plain data, which has a hash: frozen
dataclasses, texts, moments; none is marked as safe, for that would be equal to one that is not.
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 4096
"""Pieces that a process keeps. On a floor of thirty sessions one takes 1.6 kB, all of them 7 MB;
where many are tables of twenty readings, 25 MB."""


@register.simple_tag
def kept(piece: str, **values: Any) -> SafeString:
    if settings.DEBUG:
        return render_to_string(piece, values)
    zone = timezone.get_current_timezone_name()
    return _rendered(piece, zone, get_language(), tuple(values.items()))


@register.filter
def is_among(value: object, group: Container[object] | str) -> bool:
    """Whether the view has named it; a page whose view names none has no such group."""
    return group != "" and value in group


@lru_cache(maxsize=MOST)
def _rendered(
    piece: str, _zone: str, _language: str | None, values: tuple[tuple[str, Any], ...]
) -> SafeString:
    return render_to_string(piece, dict(values))
