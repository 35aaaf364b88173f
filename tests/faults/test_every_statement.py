"""Raise a fault after each statement of each form that writes: all or nothing. The forms are those that the web tests send.

`write_paths.txt` names a web test for each endpoint that takes a POST; `every_statement` is the plugin that raises the faults.
A new endpoint needs a line: its name, and a test of `tests/web` that sends its form successfully.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from flask import Flask

from config import PROJECT_ROOT

PATHS = Path(__file__).with_name("write_paths.txt")
WRITE_NOTHING = {
    "certificates_public.ask_code": "leads to the answer",
    "web.choose_language": "the language goes into the visitor's cookie",
    "accounts_staff.find_accounts": "it reads; the names searched for travel in the body and not in the address",
    "attendance_staff.search": "the words go into the session, and the address of the results names their id",
    "people_staff.search": "the words go into the session, and the address of the results names their id",
    "registration_staff.find_form": "the address goes into the session, and the address of the results names its id",
    "registration_staff.invite_find": "the words go into the session, and the address of the results names their id",
    "registration_staff.find": "the words go into the session, and the address of the results names their id",
    "registration_staff.search": "the words go into the session, and the address of the results names their id",
    "sign_in.recovery_codes_kept": "it forgets what the session showed, and the session is kept after each answer",
}
FEWEST_STATEMENTS = 3
"""Statements of the shortest write path: begin to write, write the row, commit. Each path meets at least this many faults."""
TWIN = "registration.withdraw"


def write_paths() -> dict[str, str]:
    """Return the web test of each endpoint."""
    lines = (line.split() for line in PATHS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))
    return {endpoint: node for endpoint, node in lines}  # noqa: C416  a line with other than two words is an error


def disturb(nodes: list[str], engine: str, folder: Path, **settings: str) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """Run these web tests with the plugin. Return the process, and the number of faults that each endpoint survived."""
    found = folder / f"found-{engine}"
    only = "sqlite and not postgresql" if engine == "sqlite" else engine  # the mark `sqlite_first` has the word, too
    command = [sys.executable, "-m", "pytest", "-p", "tests.faults.every_statement", "-p", "no:cacheprovider", "-k", only, *nodes]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | {"FOUND": str(found)} | settings
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False)
    survived: dict[str, int] = defaultdict(int)
    if found.exists():
        for line in found.read_text(encoding="utf-8").splitlines():
            endpoint, _node, _kind, faults = line.split()
            survived[endpoint] = max(survived[endpoint], int(faults))
    return done, survived


def test_every_form_has_a_test_that_disturbs_it(app: Flask) -> None:
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts - write_paths().keys() - WRITE_NOTHING.keys() == set(), "add a line to tests/faults/write_paths.txt"
    assert write_paths().keys() - posts == set(), "these are no endpoints any more"


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)])
def test_a_fault_after_each_statement_leaves_all_or_nothing(engine: str, tmp_path: Path) -> None:
    paths = write_paths()
    done, survived = disturb(sorted(set(paths.values())), engine, tmp_path)
    assert done.returncode == 0, done.stdout[-6000:]
    assert {endpoint for endpoint in paths if survived[endpoint] < FEWEST_STATEMENTS} == set(), "nothing was tried here"


@pytest.mark.full
def test_every_post_of_every_web_test_survives_it(tmp_path: Path) -> None:
    done, _survived = disturb(
        sorted({node.split("::")[0] for node in write_paths().values()}), "sqlite or postgresql", tmp_path, EVERY_POST="1"
    )
    assert done.returncode == 0, done.stdout[-6000:]


def test_a_service_that_commits_half_way_is_found_out(tmp_path: Path) -> None:
    done, _survived = disturb([write_paths()[TWIN]], "sqlite", tmp_path, TWIN="halfway")
    assert "left half of it" in done.stdout or "commits 2 times" in done.stdout, done.stdout[-3000:]
