"""A security key in Python: it makes a passkey for a page and signs challenges with it, as WebAuthn Level 2 says.

`tests/browser/test_passkeys.py` uses Chromium's own key. This one needs no browser, and can be told to misbehave.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from tests.support.checking_client import Page

USER_PRESENT, USER_VERIFIED, NEW_CREDENTIAL = 0x01, 0x04, 0x40
"""Flags of the authenticator data (WebAuthn, 6.1)."""


class Authenticator:
    """A security key that holds one passkey.

    Args:
        origin: of the site that its browser shows.
        counts: whether it reports how often it was used; many keys always report 0.
    """

    def __init__(self, origin: str = "http://localhost", *, counts: bool = True) -> None:
        self.origin, self.counts = origin, counts
        self.credential_id = secrets.token_bytes(32)
        self.uses = 0
        self._key = ec.generate_private_key(ec.SECP256R1())

    def make(self, page: Page) -> str:
        """Return what the browser sends after `navigator.credentials.create` with the options of this page."""
        options = _options(page, "make")
        public = cbor.encode(dict(ES256.from_cryptography_key(self._key.public_key())))  # type: ignore[no-untyped-call]
        credential = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(options["rp"]["id"], NEW_CREDENTIAL) + credential
        told = self._client_data("webauthn.create", options["challenge"])
        whole = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=told, attestationObject=whole)

    def sign(self, page: Page) -> str:
        """Return what the browser sends after `navigator.credentials.get` with the options of this page."""
        options = _options(page, "use")
        data = self._data(options["rpId"], 0)
        told = self._client_data("webauthn.get", options["challenge"])
        signature = self._key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _data(self, party: str, flags: int) -> bytes:
        self.uses += self.counts
        return hashlib.sha256(party.encode()).digest() + bytes([flags | USER_PRESENT | USER_VERIFIED]) + self.uses.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, **response: bytes) -> str:
        own = websafe_encode(self.credential_id)
        parts = {name: websafe_encode(value) for name, value in response.items()}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "clientExtensionResults": {}, "response": parts})


def _options(page: Page, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = json.loads(page.one(f"[data-passkey={kind}]").attrs["data-options"])
    return options
