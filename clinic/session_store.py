"""The sessions of Django, in the database."""

from __future__ import annotations

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.crypto import get_random_string

KEY_LENGTH = 32


class SessionStore(DatabaseStore):
    def create(self) -> None:
        """Under a new key, of 36 to the 32nd: one that is in use is refused by the table, so that
        no one has to ask for it before."""
        self._session_key = get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
        try:
            self.save(must_create=True)
        except CreateError:
            self.create()
        self.modified = True
