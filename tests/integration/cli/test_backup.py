"""`flask backup` and `flask restore`: what they refuse, what they preserve, and what a restore must not bring back."""

from __future__ import annotations

import io
import json
import secrets
import shutil
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Timer

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from config import Settings
from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.audit.services import record
from seminar_app.audit.verifying import verify
from seminar_app.cli.backup import postgresql
from seminar_app.cli.backup.envelope import DATA, MAGIC, MAGIC_1, BackupFault, BackupReader, BackupWriter
from seminar_app.cli.backup.keeping import name_for
from seminar_app.cli.backup.postgresql import PostgresqlPlace
from seminar_app.core.actor import RoleName
from seminar_app.core.clock import now
from seminar_app.core.file_lock import share_lock
from seminar_app.core.sqlite import database_path, sqlite_module
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import HELD, enqueue
from seminar_app.people.models import Person
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool
from seminar_app.sign_in.models import RecoveryCode, SecondFactor, WebSession
from seminar_app.sign_in.rules import FactorKind
from seminar_app.web.database import db
from tests.conftest import NOW, TestDatabase, settings_for
from tests.support.commands import run
from tests.support.context import context
from tests.support.factories import Make

KEY = secrets.token_hex(32)


@pytest.fixture
def settings(database: TestDatabase) -> Settings:
    return replace(settings_for(database.url, database.folder), backup_keys=(KEY,))


@pytest.fixture
def full(database: TestDatabase, session: Session, make: Make) -> Session:
    """A database with a seminar, two withdrawn registrations, an unsent mail and an audit row."""
    seminar = make.seminar(seats=1)
    for _ in range(2):
        make.registration(seminar)
    with unit_of_work(session) as writing:
        record(writing, context(NOW), action="agencies.seeded", subject="agency:all", details={"number": 1})
        enqueue(writing, context(NOW), kind="test_mail", language="es", to_address="a@pgr.example", to_name="Ana", facts={})
    return session


def let_go(database: TestDatabase, session: Session) -> None:
    """Close all connections, as stopping the servers does."""
    session.close()
    db.engine.dispose()
    database.close()


def cleaned(result: Result) -> str:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


@pytest.fixture
def kept_aside(database: TestDatabase) -> Iterator[None]:
    """Remove the files that one test would leave for the next."""
    yield
    for left in database.folder.glob("*.before-*"):
        left.unlink()


pytestmark = pytest.mark.usefixtures("kept_aside")


def test_what_was_backed_up_comes_back_and_what_was_there_is_kept(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "constancia.backup"
    before = {table.name: full.scalar(select(func.count()).select_from(table)) for table in db.metadata.sorted_tables}
    done = run(settings, "backup", str(file))
    assert done.exit_code == 0, cleaned(done)
    assert "encrypted" in done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"pgr.example" not in file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    with unit_of_work(full) as writing:
        writing.execute(text("UPDATE person SET surname1 = 'Gone'"))

    let_go(database, full)
    refused = run(settings, "restore", str(file))
    assert refused.exit_code == 1
    assert "give --yes" in refused.output
    done = run(settings, "restore", str(file), "--yes")
    assert done.exit_code == 0, cleaned(done)
    assert "1 mails had not left" in done.output

    after = {table.name: full.scalar(select(func.count()).select_from(table)) for table in db.metadata.sorted_tables}
    assert after == before | {"audit": (before["audit"] or 0) + 2, "web_session": 0}  # one row for the backup, one for the restore
    assert "Gone" not in full.scalars(select(Person.surname1)).all()
    assert verify(full).intact
    last = full.scalars(select(AuditRow.action).order_by(AuditRow.sequence.desc()).limit(2)).all()
    assert last == ["database.restored", "database.backed_up"]
    pool = full.scalars(select(SeatPool)).one()
    assert pool.taken == full.scalar(select(func.count()).select_from(Registration).where(Registration.seat_pool_id.is_not(None)))
    full.rollback()
    # The chain continues, and so do the ids of rows.
    with unit_of_work(full) as writing:
        record(writing, context(NOW), action="agencies.seeded", subject="agency:all")
    assert verify(full).intact


def test_the_trail_that_comes_back_begins_an_anchor_of_its_own_and_the_one_before_is_kept(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    file, anchor = tmp_path / "constancia.backup", tmp_path / "anchor"
    settings = replace(settings, audit_anchor=anchor)
    assert run(settings, "backup", str(file)).exit_code == 0
    with unit_of_work(full) as writing:
        record(writing, context(NOW), action="agencies.seeded", subject="agency:all")
    assert run(settings, "audit", "anchor").exit_code == 0
    of_before = anchor.read_text()

    let_go(database, full)
    done = run(settings, "restore", str(file), "--yes")
    (aside,) = tmp_path.glob("anchor.before-*")
    assert str(aside) in cleaned(done)
    assert aside.read_text() == of_before
    assert run(settings, "audit", "anchor").exit_code == 0
    assert run(settings, "audit", "verify").exit_code == 0
    assert "contradicts" in run(settings, "audit", "verify", "--anchor", str(aside)).output


def test_what_was_issued_ended_or_on_its_way_does_not_come_back_to_life(
    database: TestDatabase, full: Session, make: Make, settings: Settings, tmp_path: Path
) -> None:
    account = make.account((RoleName.ADMIN, {}))
    account_id, version = account.id, account.reset_version
    with unit_of_work(full) as writing:
        found = writing.get_one(UserAccount, account_id)
        found.reset_hash, found.reset_until = b"h" * 32, NOW + timedelta(days=1)
        signed_in = {"public_id": found.public_id, "user_account_id": account_id, "values": {}, "created_at": NOW, "seen_at": NOW}
        writing.add(WebSession(id_hash=b"s" * 32, **signed_in))
        writing.add(RecoveryCode(user_account_id=account_id, code_hash=b"c" * 32))
        shared = {"public_id": uuid.uuid4(), "user_account_id": account_id, "kind": FactorKind.APP, "name": "Phone"}
        writing.add(SecondFactor(**shared, sealed_secret=b"sealed", counter=1, created_at=NOW))
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    versions = []
    for _ in range(2):
        let_go(database, full)
        began = time.time()
        done = run(settings, "restore", str(file), "--yes")
        assert done.exit_code == 0, cleaned(done)
        assert "1 sessions were ended" in done.output
        found = full.get_one(UserAccount, account_id)
        assert (found.reset_hash, found.reset_until) == (None, None)
        versions.append(found.reset_version)
        assert full.scalar(select(func.count()).select_from(WebSession)) == 0
        assert full.scalar(select(func.count()).select_from(RecoveryCode)) == 0
        assert full.scalars(select(SecondFactor.counter)).one() > began // 30  # no code shown until now is accepted
        message = full.scalars(select(Message)).one()
        assert (message.state, message.last_error) == (MessageState.FAILED, HELD)
        full.rollback()
    assert versions[0] > version + 1_000_000
    let_go(database, full)
    assert "1 mails will be sent" in run(settings, "messages", "release").output
    assert full.scalars(select(Message.state)).all() == [MessageState.WAITING]


def forged(clear: bytes) -> bytes:
    """Return what an attacker who can write to the backups makes of one: every sum right but for the key of the installation."""
    out = io.BytesIO()
    reader = BackupReader(io.BytesIO(clear), keys=(), secrets=(settings_for("sqlite:///x", Path("x")).secret_keys[0],))
    writer = BackupWriter(out, reader.header, key=None, secret="a guess of at least thirty-two characters")
    writer.manifest(reader.manifest)
    for kind, body in reader.pieces():
        if kind == DATA:
            writer.data(body)
        else:
            writer.section(json.loads(body))
    writer.end()
    return out.getvalue()


def test_a_plain_backup_of_ones_own_is_taken_where_a_key_is_set_if_that_is_said(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "clear.backup"
    assert run(replace(settings, backup_keys=()), "backup", str(file)).exit_code == 0
    let_go(database, full)
    assert run(settings, "restore", str(file), "--check").exit_code == 1
    assert run(settings, "restore", str(file), "--check", "--allow-unauthenticated").exit_code == 0
    assert run(replace(settings, backup_keys=()), "restore", str(file), "--check").exit_code == 0


def test_a_backup_goes_to_the_standard_output_and_comes_back(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    written = run(settings, "backup", "-")
    assert written.exit_code == 0
    assert not Path("-").exists()
    file = tmp_path / "from.output"
    file.write_bytes(written.stdout_bytes)
    let_go(database, full)
    assert run(settings, "restore", str(file), "--check").exit_code == 0


def test_a_file_that_is_cut_changed_foreign_or_locked_is_refused_in_a_sentence_and_nothing_changes(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    assert run(replace(settings, backup_keys=()), "backup", str(tmp_path / "clear.backup")).exit_code == 0
    let_go(database, full)
    plain = replace(settings, backup_keys=())
    whole, clear = file.read_bytes(), (tmp_path / "clear.backup").read_bytes()
    line = whole.index(b"\n", len(MAGIC))
    newer = whole.replace(json.dumps("schema").encode() + b': "00', json.dumps("schema").encode() + b': "99', 1)
    other = b'"engine": "postgresql"' if database.url.startswith("sqlite") else b'"engine": "sqlite"'
    engine = b'"engine": "sqlite"' if database.url.startswith("sqlite") else b'"engine": "postgresql"'
    wrong = {
        "empty": (b"", settings, "no backup of Constancia"),
        "foreign": (b"PK\x03\x04" + bytes(4000), settings, "no backup of Constancia"),
        "cut": (whole[:-40], settings, "damaged"),
        "cut after a frame": (whole[: len(whole) // 2], settings, "damaged"),
        "one bit": (whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:], settings, "damaged"),
        "header": (whole[: line - 30] + b"x" + whole[line - 29 :], settings, ""),
        "more behind": (whole + b"x", settings, "damaged"),
        "newer": (newer, settings, "newer Constancia"),
        "other engine": (whole.replace(engine, other, 1), settings, "damaged"),
        "other key": (whole, replace(settings, backup_keys=(secrets.token_hex(32),)), "another key"),
        "no key": (whole, replace(settings, backup_keys=()), "encrypted"),
        "other SECRET_KEYS": (whole, replace(settings, secret_keys=("another key of at least thirty-two letters",)), "other SECRET_KEYS"),
        "clear, one bit": (clear[:-200] + bytes([clear[-200] ^ 1]) + clear[-199:], plain, "nothing was restored"),
        "clear, cut": (clear[:-90], plain, "damaged"),
        "clear, with letters for its hash": (clear[:-66] + "é".encode() * 32 + clear[-2:], plain, "another installation made it"),
        "clear where a key is set": (clear, settings, "BACKUP_KEYS is set"),
        "forged": (forged(clear), plain, "another installation made it"),
        "forged where a key is set": (forged(clear), settings, "BACKUP_KEYS is set"),
        "said to be of an earlier version": (MAGIC_1 + clear[len(MAGIC) :], plain, "--allow-unauthenticated"),
    }
    for name, (content, with_settings, sentence) in wrong.items():
        bad = tmp_path / "bad.backup"
        bad.write_bytes(content)
        done = run(with_settings, "restore", str(bad), "--yes")
        assert done.exit_code == 1, name
        assert isinstance(done.exception, SystemExit), (name, done.exception)
        assert sentence in done.output or name == "newer", (name, done.output)
        assert done.output.startswith("Error: "), name
    full.rollback()
    assert full.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.action == "database.restored")) == 0
    assert full.scalar(select(func.count()).select_from(Person)) == 2
    assert not list(database.folder.glob(".restored-*"))
    if database.url.startswith("postgresql"):
        assert full.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'restored%'")).all() == []


def test_a_key_before_opens_older_backups(database: TestDatabase, full: Session, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    done = run(replace(settings, backup_keys=(secrets.token_hex(32), KEY)), "restore", str(file), "--check")
    assert done.exit_code == 0, cleaned(done)
    assert "is whole and can be restored" in done.output


def test_a_backup_whose_rules_do_not_hold_is_refused(database: TestDatabase, full: Session, settings: Settings, tmp_path: Path) -> None:
    with unit_of_work(full) as writing:
        writing.execute(text("UPDATE audit SET actor = 'somebody else' WHERE sequence = 1"))
        writing.execute(text("UPDATE seat_pool SET size = size + 5, taken = taken + 1"))
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    let_go(database, full)
    done = run(settings, "restore", str(file), "--yes")
    assert done.exit_code == 1
    assert "1 seat pools have a wrong count of taken seats." in done.output
    assert "row 1: " in done.output
    done = run(settings, "restore", str(file), "--yes", "--accept-broken-audit-log")
    assert "Error: 1 seat pools" in done.output
    assert "row 1" not in done.output


def test_nobody_restores_under_those_who_work(database: TestDatabase, full: Session, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    full.scalar(select(func.count()).select_from(Person))  # a connection that stays open
    done = run(settings, "restore", str(file), "--yes")
    assert done.exit_code == 1
    assert "first, then restore" in done.output
    let_go(database, full)
    assert run(settings, "restore", str(file), "--yes").exit_code == 0


@pytest.mark.postgresql_only
@pytest.mark.parametrize(("moments", "patience"), [(("alone", "swap"), None), (("alone",), 0.0), (("swap",), 0.0)], ids=str)
def test_a_connection_that_is_being_closed_is_waited_for(
    database: TestDatabase,
    full: Session,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moments: tuple[str, ...],
    patience: float | None,
) -> None:
    """The server lists a closed connection until its process has ended, which takes a while on a busy machine.

    The broken twin is a restore without patience.
    """
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    let_go(database, full)
    closers = []
    for moment in moments:
        whole = getattr(PostgresqlPlace, moment)

        def beside_another(place: PostgresqlPlace, whole: Callable[[PostgresqlPlace], object] = whole) -> object:
            closers.append(Timer(0.2, psycopg.connect(postgresql.address(database.url)).close))
            closers[-1].start()
            return whole(place)

        monkeypatch.setattr(PostgresqlPlace, moment, beside_another)
    if patience is not None:
        monkeypatch.setattr(postgresql, "CLOSING_SECONDS", patience)
    done = run(settings, "restore", str(file), "--yes")
    for closer in closers:
        closer.join()
    assert len(closers) == len(moments)
    assert done.exit_code == (0 if patience is None else 1), cleaned(done)
    assert ("other connections use this database" in done.output) is (patience is not None)


@pytest.mark.sqlite_only
def test_a_process_that_only_begins_to_work_counts_too(database: TestDatabase, full: Session, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    let_go(database, full)
    path = database_path(database.url)
    other = tmp_path / "other" / path.name
    other.parent.mkdir()
    shutil.copyfile(path, other)
    share_lock(other)  # until this process ends: hence a database of its own
    done = run(replace(settings, database_url=f"sqlite:///{other}"), "restore", str(file), "--yes")
    assert done.exit_code == 1
    assert "is in use" in done.output


@pytest.mark.sqlite_only
def test_a_damaged_database_is_not_backed_up_over_a_good_backup_and_can_be_replaced(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "constancia.backup"
    assert run(settings, "backup", str(file)).exit_code == 0
    good = file.read_bytes()
    let_go(database, full)
    path = database_path(database.url)
    with closing(sqlite_module().connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = secrets.token_bytes(len(content) - 4096 * 3)
    path.write_bytes(content)
    done = run(settings, "backup", str(file))
    assert done.exit_code == 1, done.output
    assert file.read_bytes() == good
    done = run(settings, "restore", str(file), "--yes")
    assert done.exit_code == 0, cleaned(done)
    assert full.scalar(select(func.count()).select_from(Person)) == 2
    assert len(list(database.folder.glob("*.before-*"))) == 1


def test_a_backup_that_cannot_be_written_leaves_the_old_one(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    done = run(settings, "backup", str(tmp_path / "nowhere" / "x.backup"))
    assert done.exit_code == 1
    assert "cannot be written" in done.output


@pytest.mark.sqlite_only
def test_in_a_folder_backups_are_named_by_their_time_and_old_ones_go(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    today = now()
    names = {days: name_for(today - timedelta(days=days, minutes=1)) for days in (1, 29, 30, 400)}
    others = ["before the move.backup", "constancia-2001-99-99T000000Z.backup", "constancia-2001-01-01T000000Z.backup.txt"]
    for name in [*names.values(), *others, part := f".{names[400]}.x7_a"]:
        (folder / name).write_text("held")
    done = run(settings, "backup", "--keep-days", "30", str(folder))
    assert done.exit_code == 0, done.output
    left = {path.name for path in folder.iterdir()}
    assert {names[1], names[29], *others} < left
    assert not left & {names[30], names[400], part}
    (made,) = left - {names[1], names[29], *others}
    assert run(settings, "restore", "--check", str(folder / made)).exit_code == 0
    assert done.output.count("Deleted") == 3


@pytest.mark.sqlite_only
def test_nothing_old_is_deleted_unless_a_new_backup_is_there(
    database: TestDatabase, full: Session, settings: Settings, tmp_path: Path
) -> None:
    old = tmp_path / name_for(now() - timedelta(days=50))
    old.write_text("held")
    path = database_path(settings.database_url)
    path.rename(path.with_suffix(".away"))
    assert run(settings, "backup", "--keep-days", "1", str(tmp_path)).exit_code == 1
    assert [file for file in tmp_path.iterdir() if file.suffix == ".backup"] == [old]
    refused = run(settings, "backup", "--keep-days", "1", str(tmp_path / "today"))
    assert refused.exit_code == 1
    assert "needs a folder" in refused.output


def test_a_reader_stops_at_a_frame_of_another_backup(database: TestDatabase, full: Session, settings: Settings, tmp_path: Path) -> None:
    """The end of one backup does not fit another, even with the same key."""
    first, second = tmp_path / "first", tmp_path / "second"
    assert run(settings, "backup", str(first)).exit_code == 0
    assert run(settings, "backup", str(second)).exit_code == 0
    mixed = tmp_path / "mixed"
    mixed.write_bytes(first.read_bytes()[:-89] + second.read_bytes()[-89:])
    with mixed.open("rb") as source, pytest.raises(BackupFault, match="damaged"):
        list(BackupReader(source, keys=(KEY,), secrets=settings.secret_keys).pieces())
