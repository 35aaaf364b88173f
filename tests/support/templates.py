"""Compile templates once in a test run, for all of its processes and apps, instead of once in each app."""

from __future__ import annotations

import os

from flask import Flask
from jinja2 import FileSystemBytecodeCache

FOLDER = "TESTS_COMPILED_TEMPLATES"
"""Environment variable with the run's folder. Each run has its own, because compiled templates depend on the app's settings."""


def keep_compiled() -> None:
    """Let every app made from now on share compiled templates, if the run has a folder for them."""
    if folder := os.environ.get(FOLDER):
        Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(folder)}
