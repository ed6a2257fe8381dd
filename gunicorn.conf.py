"""What gunicorn reads by itself when it is started in this folder."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from clinic.logs import NoTokens


class ServerLog(Logger):
    """The logs of gunicorn, its access log too, without one-time links."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.addFilter(NoTokens())


logger_class = ServerLog
# What the application writes, its account alone reads.
umask = 0o077
