"""The files of `deploy/`, compose.yaml, Containerfile and docs/operations.md name only settings, commands and options that there are."""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml  # type: ignore[import-untyped]
from flask import Flask

from config import PROJECT_ROOT, SETTINGS, Settings
from seminar_app.__main__ import main
from seminar_app.cli import settings_file

DEPLOY = PROJECT_ROOT / "deploy"
KEYS = ("SECRET_KEYS", "IDENTITY_KEYS", "BACKUP_KEYS", "AUDIT_KEYS")
NAMES = {setting.name for setting in SETTINGS}
BESIDE_SETTINGS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "UPSTREAM", "BODIES"}
"""What compose.yaml tells the programs of others."""


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """Return a copy of deploy/env with keys, as an administrator fills it in."""
    text = (DEPLOY / "env").read_text(encoding="utf-8")
    for name in KEYS:
        assert f"\n{name}=\n" in text
        text = text.replace(f"\n{name}=\n", f"\n{name}=k1:{secrets.token_hex(32)}\n")
    file = tmp_path / "env"
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    return file


def test_the_settings_to_begin_with_are_whole_once_the_keys_are_in(env_file: Path, tmp_path: Path) -> None:
    values = settings_file.read(env_file)
    assert values.keys() <= NAMES
    assert not Settings.from_environment(values | {"SEMINAR_DATA_DIR": str(tmp_path / "data")}).warnings


def test_a_shell_and_systemd_read_them_as_the_program_does(env_file: Path) -> None:
    values = settings_file.read(env_file)
    script = f"set -a; . {env_file}; for name in {' '.join(values)}; do eval printf '%s\\\\n' \\\"\\$$name\\\"; done"
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    assert said.stdout.splitlines() == list(values.values())
    for line in env_file.read_text(encoding="utf-8").splitlines():  # systemd: no text after a quoted value, comments on their own lines
        assert not line or line.startswith("#") or re.fullmatch(r"[A-Z_]+=([^'\"\s\\#]*|'[^'\\]*')", line), line


def composed() -> dict[str, Any]:
    return dict(yaml.safe_load((PROJECT_ROOT / "compose.yaml").read_text(encoding="utf-8")))


def environment_of_the_image() -> dict[str, str]:
    text = (PROJECT_ROOT / "Containerfile").read_text(encoding="utf-8")
    lines = re.findall(r"^ENV ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in shlex.split(line.replace("\\\n", " ")))


def test_every_setting_of_the_env_file_reaches_every_container_of_the_program() -> None:
    services = composed()["services"]
    ours = {name: service for name, service in services.items() if service.get("image") == "constancia"}
    assert ours.keys() == {"web", "worker", "tasks"}
    for name, service in ours.items():
        assert service["env_file"] == ".env", name
        assert service["environment"].keys() <= NAMES, name
        mine = [key for key, value in service["environment"].items() if "POSTGRES_PASSWORD" not in value and "${" in value]
        assert mine == [], f"{name} repeats a setting that .env holds"
    for service in services.values():
        assert not {name for name in service.get("environment", {}) if name not in NAMES | BESIDE_SETTINGS}


def test_no_setting_is_fixed_in_two_places() -> None:
    image, program = environment_of_the_image(), composed()["x-program"]["environment"]
    assert image.keys() - NAMES == {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert not image.keys() & program.keys()
    assert "worker" in composed()["services"]["worker"]["command"], "mail must leave"


def test_folders_that_containers_keep_are_those_of_the_settings(env_file: Path) -> None:
    values, image = settings_file.read(env_file), environment_of_the_image()
    assert image["SEMINAR_DATA_DIR"] == values["SEMINAR_DATA_DIR"]
    assert image["AUDIT_ANCHOR"] == values["AUDIT_ANCHOR"]
    services = composed()["services"]
    kept = {volume.partition(":")[2] for name in ("worker", "tasks") for volume in services[name]["volumes"]}
    assert kept == {str(Path(image["AUDIT_ANCHOR"]).parent), "/var/backups/constancia"}
    made = (PROJECT_ROOT / "Containerfile").read_text(encoding="utf-8")
    assert "mkdir -p /var/lib/constancia-anchor /var/backups/constancia " in made


def lines_with_commands() -> Iterator[tuple[str, str]]:
    """Yield the arguments of each `constancia …` and where it stands."""
    files = [
        *DEPLOY.glob("systemd/*.service"),
        DEPLOY / "cron",
        DEPLOY / "keep-serving",
        DEPLOY / "constancia",
        PROJECT_ROOT / "compose.yaml",
    ]
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if found := re.search(r"(?:bin/constancia|\brun --rm tasks|^#   constancia|constancia --) (?!-)([a-z].*)", line):
                yield found[1], f"{file.name}: {line.strip()}"
    for name in ("operations.md", "upgrades.md"):
        text = (PROJECT_ROOT / "docs" / name).read_text(encoding="utf-8")
        for line in text.splitlines():
            if found := re.search(r"^    .*?(?:(?<![/.\w-])constancia|bin/constancia|run --rm tasks) (?!constancia)([a-z].*)", line):
                yield found[1], f"{name}: {line.strip()}"
        for found in re.finditer(r"`constancia ([a-z][^`]*)`", text):
            yield found[1], f"{name}: {found[0]}"


@pytest.mark.sqlite_first
def test_every_command_in_samples_and_manual_is_one(app: Flask) -> None:
    program = click.Group("constancia", commands={**main.commands, **app.cli.commands})
    checked = 0
    for arguments, where in lines_with_commands():
        for part in re.split(r" \| ", arguments):
            words = shlex.split(re.split(r" +#| >>| \|\| | ?…|, ", part.replace("[", "").replace("]", ""))[0], posix=True)
            command: click.Command = program
            while isinstance(command, click.Group) and words:
                assert words[0] in command.commands, f"{where}: there is no «{words[0]}»"
                command = command.commands[words.pop(0)]
            options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
            unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in {*options, "--help"}]
            assert not unknown, f"{where}: no {unknown}"
            checked += 1
    assert checked > 20


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Only where systemd is: no container needs it."""
    if (analyze := shutil.which("systemd-analyze")) is None:
        pytest.skip("systemd-analyze is not installed")
    program = tmp_path / "constancia"
    program.touch(mode=0o755)
    shutil.copytree(DEPLOY / "systemd", tmp_path / "units")
    for unit in (tmp_path / "units").glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        assert text.count("ExecStart=/opt/constancia/current/.venv/bin/constancia ") == 1
        unit.write_text(text.replace("/opt/constancia/current/.venv/bin/constancia", str(program)), encoding="utf-8")
    units = [str(unit) for unit in (tmp_path / "units").iterdir() if unit.suffix in (".service", ".timer")]
    said = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
