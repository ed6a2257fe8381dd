"""What gunicorn reads by itself when it is started in this folder."""

from __future__ import annotations

import gc
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


def post_worker_init(worker: Any) -> None:
    """What stands once the application is loaded stands to the end: the garbage collector does not
    search it again with every request."""
    gc.collect()
    gc.freeze()
