"""Server logs that say what failed and where, never about whom."""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

from clinic import request_id

_INVITATION = re.compile(r"(/invitation/[^/\s]+/)[^/\s\"?]+")


def _reason(error: BaseException) -> str | None:
    # gunicorn reads this module before there are settings.
    from clinic import unwritable

    return unwritable.reason(error)


class NoTokens(logging.Filter):
    """Writes a one-time link without its token: whoever reads the log could open it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _INVITATION.sub(r"\1...", record.getMessage()), ()
        return True


class ValueFreeFormatter(logging.Formatter):
    """Writes an exception as its type and its lines of code, without its message: messages of
    databases and parsers quote values of the record."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.of(record) or "-"
        return super().format(record)

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, error, trace = ei
        # In an outage every request fails, and none for a reason that stands in the code.
        is_outage = error is not None and _reason(error) is not None
        frames = "".join(traceback.format_tb(trace)[-1 if is_outage else 0 :])
        return f"{frames}{kind.__name__ if kind else 'unknown'}"


class JsonFormatter(ValueFreeFormatter):
    """The same, one JSON object a line, for a collector of logs."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.of(record),
            "message": record.getMessage(),
        }
        if status := getattr(record, "status_code", None):
            said["status"] = status
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)
