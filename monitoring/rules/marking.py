"""Marks a text for translation without translating it: the page that shows it does."""

from __future__ import annotations


def gettext_noop(text: str) -> str:
    return text
