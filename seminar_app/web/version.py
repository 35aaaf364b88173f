"""The program's version."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from config import IS_CLONE, PROJECT_ROOT


@cache
def program_version() -> str:
    """Return the version: of the project file in a clone, else of the installed package."""
    if not IS_CLONE:
        return version("constancia")
    import tomllib

    return str(tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
