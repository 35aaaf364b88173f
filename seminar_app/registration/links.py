"""The official's personal link and the button of a form's mail: derived from a key, stored only as a hash."""

from __future__ import annotations

import hmac
import uuid

from sqlalchemy.orm import Session

from seminar_app.core.installation import installation_of
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.registration.models import Registration

PURPOSE = "registration"
ENDPOINT = "registration.personal"
BUTTON, BUTTON_ENDPOINT = "form_sent", "registration.confirm"
RECEIPT = "form_receipt"


def issue_link(session: Session, registration: Registration) -> SecretLink:
    """Return the link to send now and keep its hash. If the key has changed since the last one was sent, the new link replaces it."""
    link = _link(registration)
    digest = token_hash(link.token(_key(session)))
    if registration.link_hash != digest:
        registration.link_hash = digest
    return link


def personal_token(session: Session, registration: Registration) -> str:
    """Return the secret part of the link that is valid now; it may have been made with an earlier key."""
    tokens = [_link(registration).token(key) for key in installation_of(session).settings.secret_keys]
    return next((token for token in tokens if token_hash(token) == registration.link_hash), tokens[0])


def button_link(form: uuid.UUID) -> SecretLink:
    """Return the link that goes to the address a form has named; whoever opens it holds that mailbox."""
    return SecretLink(BUTTON, form, 1)


def receipt_token(session: Session, form: uuid.UUID) -> str:
    """Return the secret part of the page that the sender of a form sees, who need not hold the mailbox."""
    return SecretLink(RECEIPT, form, 1).token(_key(session))


def is_receipt(session: Session, form: uuid.UUID, token: str) -> bool:
    """Whether the token belongs to the page after this form."""
    keys = installation_of(session).settings.secret_keys
    typed = token.encode("utf-8", "surrogatepass")
    return any(hmac.compare_digest(SecretLink(RECEIPT, form, 1).token(key).encode(), typed) for key in keys)


def link_now(registration: Registration) -> SecretLink:
    """Return the personal link without keeping its hash, for a mail that is being rendered."""
    return _link(registration)


def _link(registration: Registration) -> SecretLink:
    return SecretLink(PURPOSE, registration.public_id, registration.link_version or 1)


def _key(session: Session) -> str:
    return installation_of(session).settings.secret_keys[0]
