"""Why a backup, a restore or a move was not made, in words for who runs it."""

from __future__ import annotations


class Failure(Exception):
    """Nothing was changed but what the words name."""
