"""Build the package: what `make` prepares in a clone, and the folders that stand beside the package there.

Everything else is in pyproject.toml.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
BESIDE = ("templates", "migrations")
"""Folders of the repository that an installed program has within its package (`config.RESOURCES`)."""


class BuildProgram(build_py):
    """Compile translations and static files first; copy templates and migrations into the package."""

    def run(self) -> None:
        """Build, in a clone that stays as it is (`pip install -e .`) or into the package."""
        sys.path.insert(0, str(ROOT))
        from tools.static_files import compress_all
        from tools.translations import compile_catalogues

        compile_catalogues()
        compress_all()
        super().run()
        if not self.editable_mode:
            for folder in BESIDE:
                shutil.copytree(
                    ROOT / folder,
                    Path(self.build_lib) / "seminar_app" / folder,
                    ignore=shutil.ignore_patterns("__pycache__"),
                    dirs_exist_ok=True,
                )


setup(cmdclass={"build_py": BuildProgram})
