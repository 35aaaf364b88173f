"""Compile templates once in a test run, for all of its processes and apps, and what builds addresses once in a process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

FOLDER = "TESTS_COMPILED_TEMPLATES"
"""Environment variable with the run's folder. Each run has its own, because compiled templates depend on the app's settings."""
Builder = Callable[..., tuple[str, str]]
_compile: Callable[[Rule, bool], Builder] = Rule._compile_builder
_builders: dict[object, Builder] = {}


def keep_compiled() -> None:
    """Let every app made from now on share compiled templates, if the run has a folder for them, and builders of addresses."""
    if folder := os.environ.get(FOLDER):
        Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(folder)}
    setattr(Rule, "_compile_builder", _kept_builder)  # noqa: B010


def _kept_builder(self: Any, append_unknown: bool = True) -> Builder:
    """Return what werkzeug compiled for an equal rule before: it takes half of the time in which an app is made."""
    if self.defaults:
        return _compile(self, append_unknown)  # their values are compiled into it
    key = (self.rule, tuple(self._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(self, append_unknown)
    return _builders[key]
