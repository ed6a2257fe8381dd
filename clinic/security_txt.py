"""What `/.well-known/security.txt` says (RFC 9116): whom to tell of a weakness, and until when that
holds. The clinic decides; without its word there is no such page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.conf import settings

CONTACT = re.compile(r"(mailto:|tel:|https://)\S+")
YEAR = timedelta(days=366)
"""It should hold for less than a year, so that nothing stale is believed (RFC 9116, 2.5.5)."""


def text() -> str:
    """Empty where nothing is set, or what is set cannot be told."""
    contacts, expires = settings.SECURITY_CONTACTS, _expires()
    if not contacts or expires is None or not all(map(CONTACT.fullmatch, contacts)):
        return ""
    lines = [f"Contact: {contact}" for contact in contacts]
    lines += [f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: en"]
    return "".join(f"{line}\n" for line in lines)


def faults(now: datetime) -> list[str]:
    """What of the settings someone has to put right."""
    if not settings.SECURITY_CONTACTS:
        return []
    found = [
        f"CLINIC_SECURITY_CONTACT: {contact} begins with none of mailto:, https:// and tel:."
        for contact in settings.SECURITY_CONTACTS
        if not CONTACT.fullmatch(contact)
    ]
    expires = _expires()
    if expires is None:
        found.append("CLINIC_SECURITY_EXPIRES is no date, such as 2027-03-31.")
    elif not now < expires <= now + YEAR:
        found.append("CLINIC_SECURITY_EXPIRES is past, or more than a year away.")
    return found


def _expires() -> datetime | None:
    """When the day begins from which on it holds no more."""
    try:
        return datetime.strptime(settings.SECURITY_EXPIRES, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
