"""The official's personal link: derived from a key, stored only as a hash."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.registration.models import Registration

PURPOSE = "registration"
ENDPOINT = "registration.personal"


def issue_link(session: Session, registration: Registration) -> SecretLink:
    """Return the link to send now and keep its hash. If the key has changed since the last one was sent, the new link replaces it."""
    link = _link(registration)
    digest = token_hash(link.token(_key(session)))
    if registration.link_hash != digest:
        registration.link_hash = digest
    return link


def personal_token(session: Session, registration: Registration) -> str:
    """Return the secret part of the link that is valid now, for tests and for staff who hand it over in person."""
    return _link(registration).token(_key(session))


def _link(registration: Registration) -> SecretLink:
    return SecretLink(PURPOSE, registration.public_id, registration.link_version or 1)


def _key(session: Session) -> str:
    return installation_of(session).settings.secret_keys[0]
