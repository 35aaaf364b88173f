"""Settings that suit a demonstration but not real data stop a production start, each with advice."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from config import LogFormat, Settings, SettingsError, file_system_of, key_weakness

SECRET, KEY = secrets.token_hex(32), secrets.token_hex(32)


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    tmp_path.chmod(0o700)
    return {
        "SEMINAR_MODE": "production",
        "PUBLIC_URL": "https://seminars.example",
        "SECRET_KEYS": f"k1:{SECRET}",
        "IDENTITY_KEYS": f"k1:{secrets.token_hex(32)}",
        "SMTP_URL": "smtps://mail.example",
        "SEMINAR_DATA_DIR": str(tmp_path),
    }


def test_what_production_needs_is_enough(good: dict[str, str]) -> None:
    settings = Settings.from_environment(good)
    assert settings.log_requests
    assert settings.log_format is LogFormat.TEXT


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PUBLIC_URL", "http://seminars.example", "https://"),
        ("SECRET_KEYS", "k1:" + "k" * 40, "repeats itself"),
        ("SECRET_KEYS", "k1:" + "0f9a8c7b6d5e" * 4, "repeats itself"),
        ("SECRET_KEYS", "k1:please-change-me-to-something-of-32-letters", "well-known word"),
        ("SECRET_KEYS", "k1:a-secret-of-at-least-thirty-two-characters", "well-known word"),
        ("SECRET_KEYS", "4b1d", "list of <id>:<secret>"),
        pytest.param("SECRET_KEYS", secrets.token_hex(32), "list of <id>:<secret>", id="a secret without an id"),
        pytest.param("SECRET_KEYS", f"k1:{SECRET},k1:{secrets.token_hex(32)}", "two keys with the same id", id="one id for two keys"),
        pytest.param("BACKUP_KEY_BEFORE", secrets.token_hex(32), "is set without BACKUP_KEY", id="BACKUP_KEY_BEFORE alone"),
        pytest.param("BACKUP_KEY", SECRET, "is the key of SECRET_KEYS", id="one key for both"),
        pytest.param("IDENTITY_KEYS", f"k1:{SECRET}", "is the key of SECRET_KEYS", id="one key for three"),
        ("BACKUP_KEY", "my dog's name", "BACKUP_KEY is too short"),
        ("FLASK_DEBUG", "1", "unset it"),
        ("FLASK_DEBUG", "t", "unset it"),
        ("PUBLIC_URL", "https://seminars.example/app", "nothing behind it"),
        ("PUBLIC_URL", "https://", "nothing behind it"),
        ("SMTP_URL", "smtps://", "needs a host"),
        ("SMTP_URL", "smtp://mail.example:mail", "a number where it has a port"),
        ("SMTP_URL", "smtp://mail.example?tls=maybe", "nothing else"),
        ("DATABASE_URL", "postgresql://user:pass@db.example:x/db", "a number where it has a port"),
        ("DATABASE_URL", "sqlite:///here.sqlite3", "four slashes"),
        ("LIMITER_STORAGE", "redis://queue.example:redis/0", "a number where it has a port"),
        ("MAIL_FROM", "Constancia", "no mail address"),
        ("MAIL_FROM", "a <a@b.example>\nBcc: c@d.example", "no mail address"),
        ("DEFAULT_LANGUAGE", "fr", "es or en"),
        ("DEFAULT_TIME_ZONE", "Mars/Olympus", "no time zone"),
        ("LOG_REQUESTS", "perhaps", "on or off"),
        ("RETAIN_PEPLE", "90", "RETAIN_PEOPLE"),
        ("DATABASE_URL", "mysql://db.example/x", "postgresql://"),
        ("JOBS_URL", "amqp://queue.example", "redis://"),
        ("LIMITER_STORAGE", "file:///tmp/x", "redis://"),
        ("LOG_FORMAT", "xml", "text or json"),
        ("TRUSTED_PROXIES", "yes", "whole number"),
        ("DRAIN_SECONDS", "-1", "whole number"),
        pytest.param("TRUSTED_PROXIES", "0" * 5_000 + "1", "whole number", id="TRUSTED_PROXIES, 5,001 digits"),
        ("TRUSTED_PROXIES", "0000000009999", "whole number"),
        ("SMTP_URL", "smtp://[::1?tls=none", "needs a host"),
        ("RETAIN_PHONE", "10000000000", "whole number"),
    ],
)
def test_each_fault_is_a_sentence_and_nothing_starts(good: dict[str, str], name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=name) as stopped:
        Settings.from_environment(good | {name: value})
    lines = str(stopped.value).splitlines()
    assert len(lines) == 2
    assert said in lines[1]
    assert lines[1].endswith(".")
    if "KEY" in name:
        assert value not in lines[1]


def test_keys_of_the_former_grammar_are_read(good: dict[str, str]) -> None:
    del good["SECRET_KEYS"]
    settings = Settings.from_environment(
        good | {"SECRET_KEY": SECRET, "SECRET_KEY_BEFORE": "an older, of 32 letters: hwqzvbmrtx", "BACKUP_KEY": KEY}
    )
    assert settings.secret_keys == (SECRET, "an older, of 32 letters: hwqzvbmrtx")
    assert settings.backup_keys == (KEY,)
    both = Settings.from_environment(good | {"SECRET_KEY": SECRET, "SECRET_KEYS": f"k2:{KEY},k1:{SECRET}"})
    assert both.secret_keys == (KEY, SECRET)


def test_weak_keys_are_a_matter_of_production_only(good: dict[str, str]) -> None:
    assert Settings.from_environment(good | {"SEMINAR_MODE": "test", "SECRET_KEYS": "k1:" + "k" * 40}).secret_keys == ("k" * 40,)


def test_keys_as_the_sentence_advises_are_never_weak() -> None:
    assert not [key for key in (secrets.token_hex(32) for _ in range(2000)) if key_weakness(key)]


@pytest.mark.parametrize(("what", "mode"), [("", 0o755), ("constancia.sqlite3", 0o644)])
def test_files_that_everybody_can_read_are_refused(good: dict[str, str], tmp_path: Path, what: str, mode: int) -> None:
    (tmp_path / "constancia.sqlite3").touch(mode=0o600)
    (tmp_path / what).chmod(mode)
    with pytest.raises(SettingsError, match="chmod"):
        Settings.from_environment(good)


@pytest.mark.skipif(os.getuid() != 0, reason="who is not root cannot give files away")
def test_root_does_not_work_on_the_files_of_somebody_else(good: dict[str, str], tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(SettingsError, match="runuser -u 12345 --"):
        Settings.from_environment(good)


def test_a_data_folder_that_is_none_is_said(good: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch(mode=0o600)
    with pytest.raises(SettingsError, match="is no folder"):
        Settings.from_environment(good | {"SEMINAR_DATA_DIR": str(tmp_path / "file")})


def test_sqlite_on_a_network_file_system_is_refused(good: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.file_system_of", lambda _path: "nfs4")
    with pytest.raises(SettingsError, match="network file system"):
        Settings.from_environment(good)
    assert Settings.from_environment(good | {"DATABASE_URL": "postgresql://db.example/constancia"})


def test_the_file_system_is_the_one_of_the_nearest_mount(tmp_path: Path) -> None:
    assert file_system_of(Path("/proc/self")) in {"proc", None}
    assert file_system_of(tmp_path / "not there yet") != "proc"


def test_what_is_doubtful_is_said_and_does_not_stop(good: dict[str, str]) -> None:
    said = " ".join(Settings.from_environment(good).warnings)
    assert all(name in said for name in ("BACKUP_KEYS", "TRUSTED_PROXIES", "MAIL_FROM"))
    assert "JOBS_URL" not in said
    assert "LIMITER_STORAGE" not in said
    several = {"DATABASE_URL": "postgresql://db.example/constancia", "TRUSTED_PROXIES": "1", "BACKUP_KEYS": f"k1:{KEY}"}
    said = " ".join(Settings.from_environment(good | several).warnings)
    assert "JOBS_URL" in said
    assert "LIMITER_STORAGE" in said
    assert "TRUSTED_PROXIES" not in said
    assert "BACKUP_KEY" not in said


@pytest.mark.parametrize("folder", ["/dev/null/x", pytest.param("/x" + "x" * 300, id="a name too long")])
def test_a_folder_that_can_hold_no_key_is_a_sentence(folder: str) -> None:
    with pytest.raises(SettingsError, match="SEMINAR_DATA_DIR"):
        Settings.from_environment({"SEMINAR_MODE": "demo", "SEMINAR_DATA_DIR": folder})
