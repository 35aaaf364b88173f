"""Templates compiled once in a run of tests, for all of its processes and apps: each would otherwise compile them anew."""

from __future__ import annotations

import os

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER = "TESTS_COMPILED_TEMPLATES"
"""The environment variable that names the run's folder. A run has one of its own: what is compiled depends on the program's settings."""


def keep_compiled() -> None:
    """Every app made from now on reads what was compiled, and keeps what it compiles, where there is a folder for it."""
    if folder := os.environ.get(FOLDER):
        Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(folder)}
