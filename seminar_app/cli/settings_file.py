"""The settings file: lines NAME=value that sh, systemd (`EnvironmentFile=`), Compose (`env_file:`) and `constancia` read alike."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from config import CHAPTERS, OTHERS, SETTINGS_FILE, SettingsError, own_folder

PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
"""Values that need no quotes in a shell."""
OF_MACHINE = Path("/etc/constancia/env")


def usual_settings_file(env: Mapping[str, str]) -> Path:
    """Return where the settings file lies: as CONSTANCIA_SETTINGS says, else /etc/constancia/env, else ~/.config/constancia/env.

    The second is for root and for users who can read it.
    """
    if named := env.get(SETTINGS_FILE):
        return Path(named)
    if os.getuid() == 0 or os.access(OF_MACHINE, os.R_OK):
        return OF_MACHINE
    return own_folder(env, "XDG_CONFIG_HOME", ".config", of_root="/etc") / "env"


def read(path: Path) -> dict[str, str]:
    """Return the lines of a settings file.

    Raises:
        SettingsError: it cannot be read, others can read it, or a line has another form.
    """
    try:
        mode = path.stat().st_mode
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"The settings file {path} cannot be read: {reason}.") from error
    if mode & OTHERS:
        raise SettingsError(f"Other users of this machine can read the keys in {path}: `chmod 600 {path}`.")
    if wrong := [str(binding.original.line) for binding in bindings if binding.error]:
        raise SettingsError(f"The settings file {path} has lines that are not NAME=value: {', '.join(wrong)}.")
    return {binding.key: binding.value or "" for binding in bindings if binding.key}


def write(path: Path, values: Mapping[str, str], *, group: int | None = None) -> None:
    """Replace the settings file, whole or not at all; its folder is made where it is missing.

    Args:
        values: by name; written in the order of `settings list`, with other names behind.
        group: id of the group that may read it too; None lets the owner only.

    Raises:
        SettingsError: it cannot be written, or a value cannot be told in all the ways this file is read.
    """
    for name, value in values.items():
        if "'" in value or not value.isprintable():
            raise SettingsError(
                f"{name} holds an apostrophe or a sign that is not printed, which not every reader of the file understands."
            )
    try:
        path.parent.mkdir(mode=0o755 if group is not None else 0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", encoding="utf-8", delete=False) as part:
            part.write(text_of(values))
        made = Path(part.name)
        if group is not None:
            os.chown(made, -1, group)
            made.chmod(0o640)
        made.replace(path)
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be written: {error.strerror}.") from error


def text_of(values: Mapping[str, str]) -> str:
    """Return the file's text, with a heading for each chapter of settings."""
    lines = ["# Settings of Constancia. `constancia settings list` tells what each is, and which others there are.", ""]
    told = set()
    for chapter, settings in CHAPTERS.items():
        if given := [setting.name for setting in settings if setting.name in values]:
            lines += [f"# {chapter}", *(f"{name}={quoted(values[name])}" for name in given), ""]
            told.update(given)
    lines += [f"{name}={quoted(value)}" for name, value in values.items() if name not in told]
    return "\n".join(lines).rstrip() + "\n"


def quoted(value: str) -> str:
    """Return the value as a shell reads it, in single quotes where it needs any."""
    return value if PLAIN.fullmatch(value) else f"'{value}'"
