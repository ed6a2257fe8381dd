"""The addresses of pages, as `django.urls.reverse` and `{% url %}` make them.

Django searches the patterns anew for each link, which is a tenth of a millisecond; a page of a
session has seventy. Here the form of an address is kept by name, and the ids are put in. Templates
need not know: this tag has the name of Django's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as made_by_django
from django.urls import get_script_prefix
from django.urls import reverse as reverse_by_django

register = template.Library()


def reverse(name: str, args: Sequence[object] = ()) -> str:
    """The address of the page `name`. Raises NoReverseMatch."""
    if not _has_form(args):
        return reverse_by_django(name, args=args)
    words = tuple(arg if isinstance(arg, str) else None for arg in args)
    ids = tuple(arg for arg in args if isinstance(arg, UUID))
    return _form(name, words, get_script_prefix()) % ids


def _has_form(args: Sequence[object]) -> bool:
    """Whether there are ids alone, and words such as the name of a noun: these are few."""
    return all(isinstance(arg, UUID) or (isinstance(arg, str) and arg.isalpha()) for arg in args)


@lru_cache(maxsize=1024)
def _form(name: str, words: tuple[str | None, ...], _prefix: str) -> str:
    """The address with a place for each id, which is None among `words`. `_prefix` is part of it,
    and differs where the clinic is served below another address."""
    marks = [word or UUID(int=number + 1) for number, word in enumerate(words)]
    form = reverse_by_django(name, args=marks).replace("%", "%%")
    for mark in marks:
        form = form.replace(str(mark), "%s") if isinstance(mark, UUID) else form
    return form


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    node: Any = made_by_django(parser, token)
    is_plain = not node.kwargs and not node.asvar
    return AddressNode(node.view_name, node.args, {}, None) if is_plain else node


class AddressNode(URLNode):
    """`{% url "session" session.pk %}`."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if _has_form(args):
            return reverse(str(self.view_name.resolve(context)), args)
        return super().render(context)
