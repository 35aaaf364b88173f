"""The settings file is one for the command, for a shell, for systemd and for Compose; `settings list` tells what holds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from config import PROJECT_ROOT, SETTINGS, SettingsError
from seminar_app.__main__ import main
from seminar_app.cli import settings_file
from seminar_app.cli.settings_list import held, settings_page, shown

VALUES = {
    "MAIL_FROM": "Capacitación <no-reply@office.example>",
    "SMTP_URL": "smtps://ana:p%40ss$HOME`x`\\n!#@mail.example:465",
    "PUBLIC_URL": "https://seminars.example",
    "UNKNOWN": "kept, too",
    "EMPTY": "",
}


def test_a_shell_reads_what_the_command_reads(tmp_path: Path) -> None:
    settings_file.write(path := tmp_path / "folder" / "env", VALUES)
    assert settings_file.read(path) == VALUES
    asked = "; ".join(f'printf "%s\\0" "${name}"' for name in VALUES)
    said = subprocess.run(["sh", "-c", f". '{path}'; {asked}"], check=True, capture_output=True, text=True).stdout
    assert said.split("\0")[:-1] == list(VALUES.values())
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("value", ["O'Brien", "two\nlines", "\x00"])
def test_what_not_every_reader_understands_is_not_written(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        settings_file.write(tmp_path / "env", {"MAIL_FROM": value})
    assert not (tmp_path / "env").exists()


def test_a_file_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text("PUBLIC_URL=https://x.example\nno settings here\n")
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        settings_file.read(path)
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"not NAME=value: 2\."):
        settings_file.read(path)
    path.write_bytes(b"PUBLIC_URL=\xff\n")
    with pytest.raises(SettingsError, match="UTF-8"):
        settings_file.read(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        settings_file.read(tmp_path)


def test_the_page_of_settings_is_the_one_that_the_program_prints() -> None:
    assert (PROJECT_ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_every_setting_that_the_code_reads_is_listed() -> None:
    config = (PROJECT_ROOT / "config.py").read_text(encoding="utf-8")
    commands = "".join(path.read_text(encoding="utf-8") for path in (PROJECT_ROOT / "seminar_app" / "cli").rglob("*.py"))
    read = set(re.findall(r'env(?:iron)?(?:\.get\(|\[)"([A-Z_]{3,})"', config + commands)) | set(
        re.findall(r'envvar="([A-Z_]+)"', commands)
    )
    others = {"CONSTANCIA_USER", "FLASK_DEBUG", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}
    assert len(read) > 15
    assert read - others <= {setting.name for setting in SETTINGS}


def test_a_listed_setting_gives_no_secret_away(monkeypatch: pytest.MonkeyPatch) -> None:
    by_name = {setting.name: setting for setting in SETTINGS}
    secret = "hunter2hunter2hunter2hunter2hunter2"
    assert shown(by_name["SECRET_KEYS"], f"k2:{secret},k1:{secret}x") == "k2, k1 (secret)"
    assert shown(by_name["DATABASE_URL"], "postgresql://me:hunter2@db.example/x") == "postgresql://me:***@db.example/x"
    monkeypatch.delenv("SECRET_KEYS", raising=False)
    monkeypatch.setenv("SECRET_KEY", secret)
    assert held(by_name["SECRET_KEYS"], {}) == ("SECRET_KEY", "one key (secret)", "environment")
    monkeypatch.setenv("PORT", "5001")
    assert held(by_name["PORT"], {"PORT": "5001"})[2] == "file"
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    assert held(by_name["PUBLIC_URL"], {})[2] == "missing"


def test_a_settings_file_that_was_named_and_is_not_there_begins_no_demonstration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMINAR_MODE", "test")  # so that it is put back
    monkeypatch.delenv("SEMINAR_MODE")
    monkeypatch.setenv("CONSTANCIA_SETTINGS", str(tmp_path / "env"))
    monkeypatch.setenv("FLASK_SKIP_DOTENV", "1")  # the command sets it; it is to be put back
    done = CliRunner().invoke(main, ["settings", "list"])
    assert done.exit_code == 1
    assert "There is no settings file" in str(done.exception)
    done = CliRunner().invoke(main, ["setup", "--no-input"])
    assert "--no-input" in done.output
    (tmp_path / "env").write_text("SEMINAR_MODE=production\n")
    (tmp_path / "env").chmod(0o600)
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    assert "setup" in done.output
