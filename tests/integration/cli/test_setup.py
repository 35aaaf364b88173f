"""`constancia setup` stops with a sentence before it has written anything wrong, and a second run takes up what the first left."""

from __future__ import annotations

import getpass
import os
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config import SETTINGS_FILE, Settings
from seminar_app.cli import settings_file
from seminar_app.cli.setup import KEYS, setup
from tests.support import commands
from tests.support.production import production

GIVEN = {
    "--address": "https://seminarios.office.example",
    "--mail-server": "smtp://127.0.0.1:9?tls=none",
    "--admin-email": "ana@office.example",
    "--admin-name": "Ana Ruiz",
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONSTANCIA_SETTINGS", str(tmp_path / "settings" / "env"))
    monkeypatch.setenv("CONSTANCIA_USER", getpass.getuser())
    return tmp_path / "settings" / "env"


def run(file: Path, *more: str, without: str = "", **instead: str) -> Result:
    options = (
        GIVEN | {"--data-dir": str(file.parents[1] / "data")} | {f"--{name.replace('_', '-')}": value for name, value in instead.items()}
    )
    options.pop(without, None)
    return CliRunner().invoke(setup, ["--no-input", *more, *(part for option in options.items() for part in option)])


@pytest.mark.parametrize(
    ("instead", "said"),
    [
        ({"address": "http://seminarios.office.example"}, "https://"),
        ({"address": "https://seminarios.office.example/app"}, "nothing behind the host"),
        ({"mail_server": "mail.office.example"}, "smtp:// or smtps://"),
        ({"mail_server": "smtp://mail.office.example?tls=none"}, "on this same machine"),
        ({"mail_from": "no reply"}, "mail address"),
        ({"time_zone": "Mexico"}, "America/Mexico_City"),
        ({"database": "mysql://x"}, "postgresql://"),
        ({"data_dir": "/proc/1/data"}, "cannot be made"),
        ({"user": "nobody-of-this-name"}, "useradd"),
    ],
)
def test_a_wrong_answer_is_a_sentence_and_writes_nothing(file: Path, instead: dict[str, str], said: str) -> None:
    if "user" in instead and os.getuid() != 0:
        said = "Only root"
    result = run(file, **instead)
    assert result.exit_code in (1, 2)
    assert said in result.output + str(result.exception or "")
    assert "Traceback" not in result.output
    assert not file.exists()


@pytest.mark.parametrize("missing", ["--address", "--mail-server"])
def test_what_is_missing_is_named(file: Path, missing: str) -> None:
    result = run(file, without=missing)
    assert result.exit_code == 2
    assert "--no-input" in result.output or missing in result.output
    assert not file.exists()


def test_a_folder_of_another_user_and_a_place_that_takes_no_file_are_said(file: Path, tmp_path: Path) -> None:
    if os.getuid() == 0:
        (tmp_path / "data").mkdir(mode=0o700)
        os.chown(tmp_path / "data", 12345, 12345)
        assert "belongs to 12345" in run(file).output
        os.chown(tmp_path / "data", 0, 0)
    file.parent.touch()  # a file where the folder should be
    assert "cannot be" in str(run(file).exception)


def test_no_new_keys_are_made_for_a_database_that_is_there(file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o700)
    (tmp_path / "data" / "constancia.sqlite3").touch(mode=0o600)
    result = run(file)
    assert result.exit_code == 1
    assert "its keys are in another settings file" in result.output
    assert not file.exists()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands that setup runs do not start the program again each time; `test_installing.py` has all of them in processes."""

    def run_here(words: list[str], *, env: dict[str, str], **_how: Any) -> subprocess.CompletedProcess[str]:
        done = commands.run(Settings.from_environment(settings_file.read(Path(env[SETTINGS_FILE]))), *words[3:])
        return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)

    monkeypatch.setattr("seminar_app.cli.setup.subprocess", SimpleNamespace(run=run_here, DEVNULL=subprocess.DEVNULL))


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("in_this_process")
def test_a_second_run_goes_on_where_the_first_was_stopped(file: Path, tmp_path: Path) -> None:
    settings_file.write(
        file, {"RETAIN_IDENTITY": "30", "SECRET_KEY": "the former grammar, of a key with 32 letters", "MAIL_FROM": "x@office.example"}
    )
    first = run(file, "--no-agencies")
    assert first.exit_code == 0, first.output
    values = settings_file.read(file)
    assert values["RETAIN_IDENTITY"] == "30"
    assert values["MAIL_FROM"] == "x@office.example"
    assert {name for name in KEYS if name in values} == set(KEYS) - {"SECRET_KEYS"}
    assert "https://seminarios.office.example/reset/" in first.output
    assert Settings.from_environment(values).kept.identity == 30
    assert stat.S_IMODE((tmp_path / "data" / "constancia.sqlite3").stat().st_mode) == 0o600
    second = run(file, "--no-agencies")
    assert second.exit_code == 0, second.output
    assert "Keys: kept." in second.output
    assert settings_file.read(file) == values
    assert "already" in second.output
    assert "/reset/" not in second.output


def test_new_keys_are_lines_for_the_file_of_settings(tmp_path: Path) -> None:
    said = CliRunner().invoke(setup, ["--keys"])
    path = tmp_path / "env"
    path.write_text(said.output)
    path.chmod(0o600)
    keys = settings_file.read(path)
    assert set(keys) == set(KEYS)
    assert len(set(keys.values())) == 4
    assert not list(tmp_path.glob("data*"))


def test_prepare_alone_makes_a_folder_that_production_accepts(tmp_path: Path) -> None:
    env = production(f"sqlite:///{tmp_path / 'data' / 'constancia.sqlite3'}", exists=False) | {"SEMINAR_DATA_DIR": str(tmp_path / "data")}
    before = os.umask(0o022)
    try:
        assert commands.run(Settings.from_environment(env), "database", "prepare").exit_code == 0
        assert "up to date" in commands.run(Settings.from_environment(env), "database", "prepare").output
    finally:
        os.umask(before)
