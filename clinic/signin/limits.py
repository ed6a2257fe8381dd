"""How often something may be tried, by address, by person and by name.

The sign-in library says what is limited and where, and the settings how often; this counts. The
library itself would take a lock, a read, a write and two deletions for each limit. Here each is one
statement, so that of two tries at once never both get the last place (`JsonCache.count`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.core.cache import cache
from django.http import HttpRequest

from clinic.cache import JsonCache, new_mark
from clinic.signin.library import ratelimit

ACCOUNT = "allauth.account"


@dataclass(frozen=True, slots=True)
class Usage:
    """What was counted for one try, which is taken back where the try was no wrong one."""

    keys: tuple[str, ...]
    mark: str

    def rollback(self) -> None:
        if self.keys:
            _counted().take_back(self.keys, self.mark)


def connect() -> None:
    """Count for the library, wherever it asks."""
    ratelimit.consume = consume
    ratelimit.clear = clear


def consume(
    request: HttpRequest,
    *,
    app: str = ACCOUNT,
    action: str,
    config: Mapping[str, str] | None = None,
    limit_get: bool = False,
    dry_run: bool = False,
    raise_exception: bool = False,
    **whose: Any,
) -> Usage | None:
    """Count one try; None where it is one too many. `whose` is `key` or `user`.

    The library asks for a dry run, or an exception, only about addresses of mail and telephones.
    """
    if dry_run or raise_exception:
        raise NotImplementedError
    mark, keys = new_mark(), list[str]()
    if limit_get or request.method != "GET":
        for rate in ratelimit.get_rates(app=app, action=action, config=config):
            key = ratelimit.get_cache_key(request, app=app, action=action, rate=rate, **whose)
            if not _counted().count(key, mark, rate.amount, rate.duration):
                return None
            keys.append(key)
    return Usage(tuple(keys), mark)


def clear(
    request: HttpRequest,
    *,
    app: str = ACCOUNT,
    action: str,
    config: Mapping[str, str] | None = None,
    **whose: Any,
) -> None:
    """Forget what was counted under each limit of `action`."""
    rates = ratelimit.get_rates(app=app, action=action, config=config)
    cache.delete_many(
        ratelimit.get_cache_key(request, app=app, action=action, rate=rate, **whose)
        for rate in rates
    )


def _counted() -> JsonCache:
    return cast(JsonCache, cache)
