"""The official's personal link: derived from a key, stored only as a hash."""

from __future__ import annotations

from seminar_app.core.links import SecretLink, token_hash
from seminar_app.registration.models import Registration

PURPOSE = "registration"
ENDPOINT = "registration.personal"
_keys: dict[str, str] = {}


def use_key(key: str) -> None:
    """Set the key that links are derived from. Called once when the application starts."""
    _keys["link"] = key


def personal_link(registration: Registration) -> SecretLink:
    """Return the link to send now. If the key has changed since the last mail, the new link replaces the old one."""
    link = SecretLink(PURPOSE, registration.public_id, registration.link_version or 1)
    digest = token_hash(link.token(_keys["link"]))
    if registration.link_hash != digest:
        registration.link_hash = digest
    return link


def personal_token(registration: Registration) -> str:
    """Return the secret part of the valid link, for tests and for links that are handed over in person."""
    return SecretLink(PURPOSE, registration.public_id, registration.link_version or 1).token(_keys["link"])
