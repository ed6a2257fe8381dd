"""How a test says what a verb must refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from monitoring.actions import Refused


@contextmanager
def refused(code: str, field: str = "") -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block must be refused with `code` at `field`, among its reasons."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert (code, field) in {(r.code, r.field) for r in caught.value.messages}
