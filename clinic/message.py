"""What a person is to be told, before it is put into words: one type for rules, verbs and pages.

It imports the standard library alone, so that `monitoring.rules`, which import nothing else of the
product, may use it: a reason that a rule finds is the very value that a verb raises and a page
words. Words are found by `code`, where the language of the reader is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """`code` names the sentence, `params` fill it.

    `field` is the input it belongs to, empty where it concerns the whole.
    """

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    field: str = ""
