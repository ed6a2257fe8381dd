"""The rows of the sign-in library that say whose a session is (clinic/sign_ins.py)."""

from __future__ import annotations

from allauth.usersessions.apps import UserSessionsConfig


class SignInRows(UserSessionsConfig):
    """Without the library's way to keep them at a sign-in: it loads each session of the person.

    Here the row is written by `sign_ins.remember`. Where a password is changed, the session goes
    on under a new key, and the library's way keeps its row.
    """

    def ready(self) -> None:
        from allauth.account.signals import password_changed, password_set
        from allauth.usersessions.signals import on_password_changed

        for changed in (password_set, password_changed):
            changed.connect(on_password_changed)
