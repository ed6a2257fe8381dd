"""Why a backup, a restore or a move was not made, in words for who runs it."""

from __future__ import annotations


class Failure(Exception):
    """Nothing was changed but what the words name."""


MOST_NAMED = 20


def require_accepted(findings: list[str], despite: bool) -> None:
    """Raises Failure for what was found lacking or wrong, unless to go on despite it was said."""
    if findings and not despite:
        lines = "\n".join(f"  {one}" for one in findings[:MOST_NAMED])
        more = f"\n  and {len(findings) - MOST_NAMED} more" if findings[MOST_NAMED:] else ""
        raise Failure(
            f"Not everything is there, or right:\n{lines}{more}\nPut it right, or go on with "
            "--despite, which is told on the trail with all of this."
        )
