"""Hashes of passwords: Argon2id over the password in Unicode's normal form NFKC.

Source of the cost: OWASP, Password Storage Cheat Sheet (19 MiB, two passes); a worker's memory stays below 100 MB.
"""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Flask, current_app

from config import Mode, Settings
from seminar_app.sign_in.passwords import normalize_password

MEMORY_KIB, PASSES = 19_456, 2
MEMORY_KIB_IN_TESTS, PASSES_IN_TESTS = 8, 1
_HASHER, _DUMMY = "password_hasher", "password_hash_of_no_account"


def init_app(app: Flask, settings: Settings) -> None:
    """Create the password hasher and store it on the application."""
    in_tests = settings.mode is Mode.TEST
    memory, passes = (MEMORY_KIB_IN_TESTS, PASSES_IN_TESTS) if in_tests else (MEMORY_KIB, PASSES)
    app.extensions[_HASHER] = PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)


def hash_password(password: str) -> str:
    """Return the Argon2id hash to store."""
    return _hasher().hash(_bytes_of(password))


def verify_password(password: str, kept: str) -> bool:
    """Whether `kept` is the hash of this password."""
    try:
        return _hasher().verify(kept, _bytes_of(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether the hash was made with another cost than today's and must be renewed at the next correct sign-in."""
    return _hasher().check_needs_rehash(kept)


def dummy_hash() -> str:
    """Return a hash that matches no password, so that checking an unknown address takes as long as a known one."""
    kept = current_app.extensions
    if _DUMMY not in kept:
        kept[_DUMMY] = hash_password(secrets.token_urlsafe(32))
    found: str = kept[_DUMMY]
    return found


def _bytes_of(password: str) -> bytes:
    return normalize_password(password).encode("utf-8", "surrogatepass")


def _hasher() -> PasswordHasher:
    hasher: PasswordHasher = current_app.extensions[_HASHER]
    return hasher
