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
# What is loaded stays: nothing is searched for what could be freed of it, until it stands.
gc.disable()
# Loaded once, before the workers are forked: one that dies is replaced within a moment.
preload_app = True


def when_ready(server: Any) -> None:
    """The pages, too, are loaded before the workers are forked. What stands then stands to the end:
    the garbage collector does not search it again with every request."""
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    # What refers to itself and is no longer used is looked for after some tens of requests, not
    # several times within each: a twentieth of a page's time, for a few megabytes.
    gc.set_threshold(20_000)
    gc.enable()


def post_worker_init(worker: Any) -> None:
    """Before it serves, with one thread: each worker counts in files of its own."""
    from clinic import metrics

    metrics.counts()
