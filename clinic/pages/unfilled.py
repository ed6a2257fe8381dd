"""Forms that no browser fills in."""

from __future__ import annotations

from typing import Any

from django import forms


class Unfilled(forms.Form):
    """Every control says `autocomplete="off"`, unless it names what a password manager fills in.

    Otherwise a browser ticks again what was saved when someone goes back, and offers the name of
    another patient.
    """

    def __getitem__(self, name: str) -> Any:
        if name in self.fields:
            self.fields[name].widget.attrs.setdefault("autocomplete", "off")
        return super().__getitem__(name)
