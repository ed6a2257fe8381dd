"""Numbers as every page shows them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def minus(value: object) -> str:
    """A number below zero with a minus, which is as wide as a plus and never ends a line, in place
    of a hyphen; any other as it is."""
    return str(value).replace("-", "−")
