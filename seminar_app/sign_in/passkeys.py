"""Passkeys (WebAuthn), checked by python-fido2, which a worker imports at the first use of a passkey.

Source: docs/decisions/0018-second-factor.md.
"""

from __future__ import annotations

import ipaddress
import json
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app, request

from config import Mode, Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.sign_in.errors import PasskeyRefused
from seminar_app.sign_in.models import SecondFactor

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import AttestedCredentialData

log = logging.getLogger(__name__)

LONGEST_ANSWER = 20_000
"""Maximum length of the browser's answer, in characters."""
NAME = "Constancia"

PAGES = 4
"""How many open pages keep their challenge; the oldest is dropped first."""

State = Mapping[str, Any]


def one_more(states: Sequence[State] | None, state: State) -> list[State]:
    """Return the session's challenges with this one added, so that two open tabs can both be answered."""
    return [*(states or ()), state][-PAGES:]


def origin() -> str | None:
    """Return the origin that passkeys are bound to, or None where passkeys are impossible: WebAuthn needs a host name, not an IP address.

    It is the public URL's origin; outside production `localhost` works too.
    """
    settings: Settings = current_app.extensions["settings"]
    public = urlsplit(settings.public_url)
    if settings.mode is not Mode.PRODUCTION and request.host.partition(":")[0] == "localhost":
        return request.host_url.rstrip("/")
    return None if public.hostname is None or _is_address(public.hostname) else f"{public.scheme}://{public.netloc}"


def options_to_make(account: UserAccount, known: Sequence[SecondFactor]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the browser's options for making a passkey, and the state that the session keeps until the answer."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=account.public_id.bytes, name=account.email, display_name=account.name),
        credentials=_descriptors(known),
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _as_json(options), _as_json(state) | {"for": "make"}


def options_to_use(known: Sequence[SecondFactor]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the browser's options for using one of these passkeys, and the state that the session keeps until the answer."""
    from fido2.webauthn import UserVerificationRequirement

    options, state = _server().authenticate_begin(_descriptors(known), user_verification=UserVerificationRequirement.PREFERRED)
    return _as_json(options), _as_json(state) | {"for": "use"}


def made(states: Sequence[State] | None, answer: str) -> tuple[bytes, bytes, int]:
    """Return id, public key and use counter of the passkey that the browser made.

    Raises:
        PasskeyRefused: the answer matches none of the open challenges, or is malformed.
    """
    try:
        sent = _read(answer)
        data = _server().register_complete(_answered(states, "make", sent), response=sent)
        credential = _there(data.credential_data)
        return bytes(credential.credential_id), bytes(credential), int(data.counter)
    except Exception as error:
        log.info("A passkey was not taken: %s", type(error).__name__)
        raise PasskeyRefused from error


def used(states: Sequence[State] | None, known: Sequence[SecondFactor], answer: str) -> tuple[bytes | None, int]:
    """Return id and use counter of the passkey that signed one of the open challenges; (None, 0) where the answer is not valid."""
    try:
        from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

        sent = _read(answer)
        credentials = [AttestedCredentialData(factor.credential) for factor in known if factor.credential]
        signed = _server().authenticate_complete(_answered(states, "use", sent), credentials, response=sent)
        return bytes(signed.credential_id), int(AuthenticationResponse.from_dict(sent).response.authenticator_data.counter)
    except Exception as error:  # noqa: BLE001  any error that a parser raises on untrusted bytes means the same: refused
        log.info("A passkey was refused: %s", type(error).__name__)
        return None, 0


def _there(credential: AttestedCredentialData | None) -> AttestedCredentialData:
    if credential is None:
        raise PasskeyRefused
    return credential


def _server() -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    here = origin()
    if here is None:
        raise PasskeyRefused
    entity = PublicKeyCredentialRpEntity(name=NAME, id=urlsplit(here).hostname or "")
    return Fido2Server(entity, verify_origin=lambda told: told == here)


def _descriptors(known: Sequence[SecondFactor]) -> list[Any]:
    from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType

    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=factor.credential_id)
        for factor in known
        if factor.credential_id
    ]


def _answered(states: Sequence[State] | None, purpose: str, sent: dict[str, Any]) -> State:
    """Return the open challenge that this answer belongs to."""
    from fido2.utils import websafe_decode, websafe_encode
    from fido2.webauthn import CollectedClientData

    challenge = websafe_encode(CollectedClientData(websafe_decode(sent["response"]["clientDataJSON"])).challenge)
    for state in states or ():
        if state["for"] == purpose and state["challenge"] == challenge:
            return state
    raise PasskeyRefused


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused
    sent = json.loads(answer)
    if not isinstance(sent, dict):
        raise PasskeyRefused
    return sent


def _as_json(value: Any) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(json.dumps(dict(value)))
    return kept


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
