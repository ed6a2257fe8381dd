"""A field as plain data, so that what it looks like is a piece of a page that is kept."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.forms.widgets import ChoiceWidget

from clinic.pages.kept import register


class Option(NamedTuple):
    """One tile: what it sends, what it says, and whether it is chosen."""

    value: str
    words: str
    is_chosen: bool


class PlainField(NamedTuple):
    """`kind` is the type of its inputs, `error` the first thing that is wrong, `waits` the answer
    with which the next step waits. `length` is the most that may be typed."""

    name: str
    id: str
    label: str
    help: str
    value: str
    error: str
    kind: str
    tiles_class: str
    waits: str
    inputmode: str
    length: int | None
    options: tuple[Option, ...]


@register.filter
def plain(field: BoundField) -> PlainField:
    """The field as it is shown now, with what was typed into it."""
    widget, value = field.field.widget, field.value()
    attrs, errors = widget.attrs, field.errors
    return PlainField(
        name=field.html_name,
        id=field.auto_id,
        label=_text(field.label),
        help=_text(field.help_text),
        value="" if value is None or isinstance(value, list | tuple) else _text(value),
        error=_text(errors[0]) if errors else "",
        kind=str(widget.input_type or ""),
        tiles_class=_text(attrs.get("tiles_class", "")),
        waits=_text(attrs.get("waits", "")),
        inputmode=_text(attrs.get("inputmode", "")),
        length=getattr(field.field, "max_length", None),
        options=_options(widget, value),
    )


def _options(widget: forms.Widget, value: Any) -> tuple[Option, ...]:
    if not isinstance(widget, ChoiceWidget):
        return ()
    chosen = set(widget.format_value(value))
    found = ((_text("" if code is None else code), words) for code, words in widget.choices)
    return tuple(Option(code, _text(words), code in chosen) for code, words in found)


def _text(value: Any) -> str:
    """Never marked as safe: whatever is kept is equal to what is not."""
    return str(value) + ""
