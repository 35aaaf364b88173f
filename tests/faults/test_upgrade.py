"""An upgrade without downtime: two machines behind the proxy, the steps of `docs/operations.md`, and no request refused.

The new version is this app with one more migration. Without Caddy on this machine these tests are skipped.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from config import PROJECT_ROOT
from seminar_app.messages.models import Message
from seminar_app.web.health import newest_migration
from tests.conftest import TestDatabase
from tests.faults.serving import seminars
from tests.support.factories import Make
from tests.support.form_sender import address_of, entry_of, letters
from tests.support.production import Machine, production
from tests.support.proxy import Proxy

NEXT = f"{int(newest_migration()) + 1:04d}"
ADDS = """
    op.add_column("registration", sa.Column("dietary_needs", sa.String(100), nullable=True))
    op.create_index("ix_registration_dietary_needs", "registration", ["dietary_needs"])
    op.create_table("meal", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(50), nullable=False))
"""
TAKES_AWAY = """
    op.execute("ALTER TABLE registration RENAME COLUMN position TO job_title")
"""
MIGRATION = '''"""One more, as the next version could bring it."""
import sqlalchemy as sa
from alembic import op
revision = "{number}"
down_revision = "{before}"
branch_labels = None
depends_on = None
def upgrade() -> None:
    """It."""
{steps}
'''
UNSEEN_SECONDS = 3
"""Longer than the proxy needs to notice that a machine is in maintenance."""
SEEN_SECONDS = 60
BETWEEN_PAGES = 0.025
"""Seconds that a reader waits: two of them ask so often that not even a restart of one process falls between their pages."""
VISIT = re.compile(r'"route": "/(?:seminars/[^"]*)?"')


def next_version(folder: Path, steps: str) -> Path:
    """Copy the app, with what is compiled of it, and add one migration."""
    for name in ("seminar_app", "templates", "migrations"):
        shutil.copytree(PROJECT_ROOT / name, folder / name)
    for name in ("config.py", "pyproject.toml"):
        shutil.copy(PROJECT_ROOT / name, folder / name)
    versions = folder / "migrations" / "versions"
    (versions / f"{NEXT}_next.py").write_text(MIGRATION.format(number=NEXT, before=newest_migration(), steps=steps), encoding="utf-8")
    (versions / "NEWEST").write_text(f"{NEXT}\n", encoding="ascii")
    return folder


def wait_for_visits(machine: Machine) -> None:
    """Wait until the log shows visitors again, as the manual says: until then the proxy believes that the machine is away.

    If the other machine leaves before that, both are away for the proxy, and Caddy before 2.7.5 answers a form with 503
    at once, where it lets a page wait (its pull request 5841).
    """
    before, deadline = len(VISIT.findall(machine.log())), time.monotonic() + SEEN_SECONDS
    while len(VISIT.findall(machine.log())) == before:
        assert time.monotonic() < deadline, f"no visitor is sent to this machine:\n{machine.log()[-2000:]}"
        time.sleep(0.05)


def refusals(*machines: Machine) -> list[str]:
    """Return the lines of the logs that tell of a failure."""
    return [line for machine in machines for line in machine.log().splitlines() if '"status": 5' in line or '"level": "info"' not in line]


def of_proxy(proxy: Proxy) -> list[str]:
    """Return the proxy's log without its many failed checks of a machine that is away."""
    return [line for line in proxy.log.read_text(errors="replace").splitlines() if "health_checker" not in line]


@dataclass
class People:
    """Visitors who read pages and register through the proxy the whole time, each from an address of their own."""

    proxy: Proxy
    slug: str
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    sent: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> People:
        works = [self._read] * 2 + [self._register] * 2
        self._threads = [threading.Thread(target=work, args=(f"127.0.1.{n + 1}",)) for n, work in enumerate(works)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join(120)

    def refused(self) -> dict[tuple[str, int], int]:
        """Answers that are neither a page nor a redirect to one."""
        return {what: number for what, number in self.answers.items() if what[1] not in (200, 303)}

    def _read(self, source: str) -> None:
        while not self._ended.is_set():
            for path in ("/", f"/seminars/{self.slug}", f"/seminars/{self.slug}/register"):
                self._note("read", self.proxy.ask(path, source=source).status)
                time.sleep(BETWEEN_PAGES)

    def _register(self, source: str) -> None:
        path = f"/seminars/{self.slug}/register"
        while not self._ended.is_set():
            page = self.proxy.ask(path, source=source)
            self._note("form", page.status)
            if "submission_id" not in page.body:
                continue
            with self._turn:
                self.sent += 1
                name = letters(800 + self.sent)
            entry = entry_of(name, "PGR") | {"submission_id": uuid.uuid4().hex, "notice": "1.es", "notice_read": "y"}
            done = self.proxy.ask(path, fields=entry, cookie=page.cookie(), source=source)
            self._note("registration", done.status)
            if done.status == 303:
                self.acknowledged.append(address_of(name))
            time.sleep(0.5)  # one address may send at most 60 a minute

    def _note(self, what: str, status: int) -> None:
        with self._turn:
            self.answers[what, status] += 1


@pytest.mark.postgresql_first
@pytest.mark.full
@pytest.mark.parametrize("steps", [ADDS, pytest.param(TAKES_AWAY, id="broken: a migration that takes away")])
def test_nobody_is_refused_while_a_new_version_takes_over(
    database: TestDatabase, make: Make, session: Session, tmp_path: Path, steps: str
) -> None:
    make.agency("PGR")
    (seminar,) = seminars(make, 1, seats=2000)
    settings = production(database.url)
    new = next_version(tmp_path / "new", steps)
    with (
        Machine(tmp_path / "one", settings) as one,
        Machine(tmp_path / "two", settings) as two,
        Proxy(tmp_path, [one.port, two.port]) as proxy,
        People(proxy, seminar.slug) as people,
    ):
        time.sleep(2)
        Machine(tmp_path / "three", settings, code=new).command("database", "prepare")
        time.sleep(2)
        for machine in (one, two):
            machine.command("maintenance", "on")
            time.sleep(UNSEEN_SECONDS)
            assert machine.stop() == 0
            machine.code = new
            machine.start()
            machine.command("maintenance", "off")
            wait_for_visits(machine)
    session.rollback()
    kept = Counter(session.scalars(select(Message.to_address)))
    if steps is TAKES_AWAY:
        assert people.refused(), "a migration that old code cannot live with must be seen"
        return
    assert session.scalar(text("SELECT version_num FROM alembic_version")) == NEXT
    assert not people.refused(), "\n".join((str(people.answers), *refusals(one, two), *of_proxy(proxy)))
    assert len(people.acknowledged) >= 5
    assert [kept[email] for email in people.acknowledged] == [1] * len(people.acknowledged)
    print(f"{people.answers}, {len(people.acknowledged)} acknowledged")  # noqa: T201  shown with -s
