"""How a change of the organisation or its people is refused."""

from __future__ import annotations


class NotPossible(Exception):
    """Why it is refused: `code` names the sentence, `field` the input it belongs to."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code, self.field = code, field


class NotAllowed(Exception):
    """The acting person may not, here; to them it is as if it did not exist."""
