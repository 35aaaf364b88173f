"""Basic parts: links, settings."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from pathlib import Path

import pytest

from config import Mode, Settings, SettingsError
from seminar_app.core.links import SecretLink, token_hash, token_hashes
from seminar_app.core.sealing import seal, unseal
from seminar_app.core.sqlite import wal_is_safe


def test_a_link_is_the_same_each_time_and_another_for_another_version_or_purpose() -> None:
    owner = uuid.uuid4()
    link = SecretLink("registration", owner, 1)
    assert link.token("key") == link.token("key")
    others = {SecretLink("registration", owner, 2).token("key"), SecretLink("feedback", owner, 1).token("key"), link.token("other key")}
    assert link.token("key") not in others
    assert len(others) == 3


def test_a_link_ends_in_a_letter_and_earlier_ones_that_did_not_stay_valid() -> None:
    """Mail programs leave a hyphen at the end out of a link. One token in 32 ended in a sign."""
    links = [SecretLink("registration", uuid.UUID(int=n), 1) for n in range(2_000)]
    tokens = [link.token("key") for link in links]
    assert all(token[-1].isalnum() for token in tokens)
    earlier = [token_of_version_0_2_0(link, "key") for link in links]
    changed = [(before, now) for before, now in zip(earlier, tokens, strict=True) if before != now]
    assert {before[-1] for before, _ in changed} == {"-", "_"}
    for before, now in zip(earlier, tokens, strict=True):
        assert token_hash(before) in token_hashes(now), "a link that is sent again opens what was stored before"
        assert token_hash(now) in token_hashes(before), "a link that was sent before opens what is stored now"
    assert token_hashes("") == [token_hash("")]


def token_of_version_0_2_0(link: SecretLink, key: str) -> str:
    message = f"secret-link\0{link.purpose}\0{link.owner.hex}\0{link.version}".encode()
    return base64.urlsafe_b64encode(hmac.new(key.encode(), message, hashlib.sha256).digest()[:24]).decode()


def test_the_hash_of_any_typed_token_can_be_looked_up() -> None:
    assert len(token_hash("\ud800 anything")) == 32


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 6), True), ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 53, 4), True)],
)
def test_wal_is_used_only_where_the_reset_bug_is_mended(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_production_says_everything_that_is_missing_at_once() -> None:
    with pytest.raises(SettingsError) as stopped:
        Settings.from_environment({"SEMINAR_MODE": "production"})
    assert all(name in str(stopped.value) for name in ("SECRET_KEY", "PUBLIC_URL", "SMTP_URL"))


def test_a_weak_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="too short"):
        Settings.from_environment({"SECRET_KEY": "short"})


def test_outside_production_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    first = Settings.from_environment({"SEMINAR_DATA_DIR": str(tmp_path)})
    again = Settings.from_environment({"SEMINAR_DATA_DIR": str(tmp_path)})
    assert first.mode is Mode.DEMO
    assert first.secret_keys == again.secret_keys


def test_what_is_sealed_opens_with_an_earlier_key_and_for_nothing_else() -> None:
    sealed = seal(("old key",), b"seventy-one answers", about="figures:1")
    assert unseal(("new key", "old key"), sealed, about="figures:1") == b"seventy-one answers"
    assert unseal(("new key", "old key"), sealed, about="figures:2") is None
    assert unseal(("new key",), sealed, about="figures:1") is None
    assert b"seventy" not in sealed
