"""The official's personal link and the button of a form's mail: derived from a key, stored only as a hash."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash, token_hashes
from seminar_app.registration.models import Registration

PURPOSE = "registration"
ENDPOINT = "registration.personal"
BUTTON, BUTTON_ENDPOINT = "form_sent", "registration.confirm"
RECEIPT = "form_receipt"
INVITATION, INVITATION_ENDPOINT = "invitation", "registration.invitation"


def issue_link(session: Session, registration: Registration) -> SecretLink:
    """Return the link to send now and keep its hash. If the key has changed since the last one was sent, the new link replaces it."""
    link = _link(registration)
    token = link.token(_key(session))
    if registration.link_hash not in token_hashes(token):
        registration.link_hash = token_hash(token)
    return link


def personal_token(session: Session, registration: Registration) -> str:
    """Return the secret part of the link that is valid now; it may have been made with an earlier key."""
    tokens = [_link(registration).token(key) for key in installation_of(session).settings.secret_keys]
    return next((token for token in tokens if registration.link_hash in token_hashes(token)), tokens[0])


def button_link(form: uuid.UUID) -> SecretLink:
    """Return the link that goes to the address a form has named; whoever opens it holds that mailbox."""
    return SecretLink(BUTTON, form, 1)


def invitation_link(registration: uuid.UUID, number: int) -> SecretLink:
    """Return the link by which somebody answers an invitation, once. `number`: which invitation of this registration it is."""
    return SecretLink(INVITATION, registration, number)


def hash_to_keep(session: Session, link: SecretLink) -> bytes:
    """Return the hash by which a new link is found again."""
    return token_hash(link.token(_key(session)))


def receipt_token(session: Session, form: uuid.UUID) -> str:
    """Return the secret part of the page that the sender of a form sees, who need not hold the mailbox."""
    return SecretLink(RECEIPT, form, 1).token(_key(session))


def is_receipt(session: Session, form: uuid.UUID, token: str) -> bool:
    """Whether the token belongs to the page after this form."""
    keys = installation_of(session).settings.secret_keys
    return any(token_hash(SecretLink(RECEIPT, form, 1).token(key)) in token_hashes(token) for key in keys)


def link_now(registration: Registration) -> SecretLink:
    """Return the personal link without keeping its hash, for a mail that is being rendered."""
    return _link(registration)


def _link(registration: Registration) -> SecretLink:
    return SecretLink(PURPOSE, registration.public_id, registration.link_version or 1)


def _key(session: Session) -> str:
    return installation_of(session).settings.secret_keys[0]
