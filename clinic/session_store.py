"""The sessions of Django, in the database."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone
from django.utils.crypto import get_random_string

from clinic import left
from clinic.models.prepared import prepared

KEY_LENGTH = 32
_FIND = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
"""Asked with each request."""


class SessionStore(DatabaseStore):
    def load(self) -> dict[str, Any]:
        """What is kept under the key; nothing, and no key, where that is over, ended or left."""
        connection = connections[DEFAULT_DB_ALIAS]
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        with prepared(), connection.cursor() as cursor:
            cursor.execute(_FIND, [self.session_key, now])
            found = cursor.fetchone()
        if found is None or left.has(self.session_key):
            self._session_key = None
            return {}
        return self.decode(found[0])

    def create(self) -> None:
        """Under a new key, of 36 to the 32nd: one that is in use is refused by the table, so that
        no one has to ask for it before."""
        self._session_key = get_random_string(KEY_LENGTH, VALID_KEY_CHARS)
        try:
            self.save(must_create=True)
        except CreateError:
            self.create()
        self.modified = True
