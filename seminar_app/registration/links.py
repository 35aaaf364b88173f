"""The official's personal link: made from a key, kept as a hash."""

from __future__ import annotations

from seminar_app.core.links import SecretLink, token_hash
from seminar_app.registration.models import Registration

PURPOSE = "registration"
ENDPOINT = "registration.personal"
_keys: dict[str, str] = {}


def use_key(key: str) -> None:
    """The key that links are made with; set once when the program starts."""
    _keys["link"] = key


def personal_link(registration: Registration) -> SecretLink:
    """The link to send now. If the key has changed since the last one was sent, the new one takes its place."""
    link = SecretLink(PURPOSE, registration.public_id, registration.link_version or 1)
    digest = token_hash(link.token(_keys["link"]))
    if registration.link_hash != digest:
        registration.link_hash = digest
    return link


def personal_token(registration: Registration) -> str:
    """The secret part of the link that is valid now, for tests and for whoever must hand it over in person."""
    return SecretLink(PURPOSE, registration.public_id, registration.link_version or 1).token(_keys["link"])
