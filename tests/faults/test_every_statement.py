"""Raise a fault after each statement of each form that writes: all or nothing. The forms are those that the web tests send.

`write_paths.txt` names a web test for each endpoint that takes a POST. On SQLite that test sends the form with the faults
(`tests/web/conftest.py`); the long form sends it on PostgreSQL, too, and all other forms.
A new endpoint needs a line: its name, and a test of `tests/web` that sends its form successfully.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import PROJECT_ROOT
from seminar_app.core import clock
from seminar_app.registration.services import changes, personal, taking
from seminar_app.seminars.models import SeatPool
from tests.access.world import link_of
from tests.conftest import TestDatabase
from tests.faults.every_statement import FEWEST_STATEMENTS, disturbing, write_paths
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make

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
WITHDRAW = "registration.withdraw"


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


def test_each_of_these_tests_exists_and_runs_on_sqlite() -> None:
    for node in sorted(set(write_paths().values())):
        file, _, name = node.partition("::")
        before, found, _rest = (PROJECT_ROOT / file).read_text(encoding="utf-8").partition(f"\ndef {name}(")
        marks = before.rpartition("\n\n")[2]
        assert found, f"there is no {node}"
        assert not [mark for mark in ("full", "postgresql_only", "postgresql_first") if f"@pytest.mark.{mark}" in marks], node


@pytest.mark.full
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
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


def withdraw(client: CheckingClient, database: TestDatabase, link: str) -> dict[str, int]:
    with disturbing(database, {WITHDRAW}) as survived:
        client.submit(f"/registrations/{link}/withdraw")
    return survived


@pytest.mark.sqlite_only
def test_a_service_that_commits_half_way_is_found_out(
    app: Flask, database: TestDatabase, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: the state is committed before the change is written to audit log and outbox."""
    day = clock.now().date() + timedelta(days=30)
    client, seminar = CheckingClient(app.test_client()), make.seminar(starts_on=day, ends_on=day)
    pool = session.scalars(select(SeatPool).where(SeatPool.seminar_id == seminar.id)).one()
    links = [link_of(make.registration(seminar, pool=pool)) for _ in range(2)]
    session.close()
    assert withdraw(client, database, links[0])[WITHDRAW] >= FEWEST_STATEMENTS
    whole = changes.change_state

    def halfway(session: Session, context: Any, **values: Any) -> None:
        whole(session, context, **values)
        session.connection().connection.driver_connection.commit()  # type: ignore[union-attr]

    for service in (personal, taking):
        monkeypatch.setattr(service, "change_state", halfway)
    with pytest.raises(AssertionError, match=r"left half of it|commits 2 times"):
        withdraw(client, database, links[1])
