"""What is said once after a redirect, in a cookie by the name that the settings give."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Messages(CookieStorage):
    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return str(settings.MESSAGES_COOKIE_NAME)
