"""Server logs that say what failed and where, never about whom."""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

_INVITATION = re.compile(r"(/invitation/[^/\s]+/)[^/\s\"?]+")


class NoTokens(logging.Filter):
    """Writes a one-time link without its token: whoever reads the log could open it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _INVITATION.sub(r"\1...", record.getMessage()), ()
        return True


class ValueFreeFormatter(logging.Formatter):
    """Writes an exception as its type and its lines of code, without its message: messages of
    databases and parsers quote values of the record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        frames = "".join(traceback.format_tb(trace))
        return f"{frames}{kind.__name__ if kind else 'unknown'}"
