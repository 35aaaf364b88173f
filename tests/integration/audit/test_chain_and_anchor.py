"""Tampering with the audit log by SQL is found, on both databases. What the database alone cannot show, the anchor shows."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from seminar_app.audit.anchor import Anchor, AnchorBroken, append_anchor, read_anchors
from seminar_app.audit.chain import GENESIS, chain_keys
from seminar_app.audit.models import AuditHead, AuditRow
from seminar_app.audit.services import record
from seminar_app.audit.verifying import verify
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.write_mode import write_mode
from seminar_app.web.database import db
from tests.support.context import context
from tests.support.installation import reinstall

SECRET = ("test key of at least thirty-two characters",)
ROWS = 6


@pytest.fixture(autouse=True)
def keys_of_the_tests(app: Flask) -> Iterator[None]:
    yield
    reinstall(app, audit_keys=(), secret_keys=SECRET)


def write(session: Session, now: datetime, rows: int = ROWS) -> None:
    with unit_of_work(session) as writing:
        for number in range(rows):
            record(writing, context(now, "account:a"), action="roster.viewed", subject=f"seminar:{number}", details={"n": number})


def tamper(session: Session, *statements: str) -> None:
    """Act as an attacker with access to the database."""
    session.close()
    with write_mode(), db.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def forge(session: Session, *, keep: int) -> None:
    """Act as an attacker with the database and the key: rewrite all rows after row `keep`."""
    with unit_of_work(session) as writing:
        rows = writing.scalars(select(AuditRow).order_by(AuditRow.sequence)).all()
        before, keys = GENESIS, chain_keys(session)
        for row in rows:
            if row.sequence > keep:
                row.actor = "account:somebody-else"
                row.digest = keys.digest(row, before=before, key=keys.newest)
            before = row.digest
        head = writing.get_one(AuditHead, 1)
        head.digest, head.seal = before, keys.head_seal(head.sequence, before, key=keys.newest)


@pytest.mark.parametrize("column", ["at", "actor", "action", "subject", "seminar", "details", "request_id", "digest"])
def test_every_changed_column_is_found(session: Session, now: datetime, column: str) -> None:
    write(session, now)
    value = {
        "at": "'2026-03-02 15:00:01+00'" if db.engine.dialect.name == "postgresql" else "'2026-03-02 15:00:01.000000'",
        "details": "'{\"n\": 9}'",
        "digest": "(SELECT digest FROM audit WHERE sequence = 1)",
    }.get(column, "'x'")
    tamper(session, f'UPDATE audit SET "{column}" = {value} WHERE sequence = 3')  # noqa: S608  the attack itself
    found = verify(session)
    assert 3 in found.broken_at
    assert found.rows == ROWS


@pytest.mark.parametrize(
    ("attack", "at"),
    [
        (["DELETE FROM audit WHERE sequence = 3"], 4),
        (["DELETE FROM audit WHERE sequence = 1"], 2),
        (
            [
                "DELETE FROM audit WHERE sequence = 3",
                "UPDATE audit SET sequence = sequence + 99 WHERE sequence > 3",  # by way of free numbers, whatever order the rows lie in
                "UPDATE audit SET sequence = sequence - 100 WHERE sequence > 99",
            ],
            3,
        ),
        (
            [
                "UPDATE audit SET sequence = 99 WHERE sequence = 3",
                "UPDATE audit SET sequence = 3 WHERE sequence = 4",
                "UPDATE audit SET sequence = 4 WHERE sequence = 99",
            ],
            3,
        ),
        (["DELETE FROM audit WHERE sequence > 4"], 5),
        (
            [
                "DELETE FROM audit WHERE sequence > 4",
                "UPDATE audit_head SET sequence = 4, digest = (SELECT digest FROM audit WHERE sequence = 4)",
            ],
            5,
        ),
        (
            [
                "DELETE FROM audit WHERE sequence > 4",
                "UPDATE audit_head SET sequence = 4, digest = (SELECT digest FROM audit WHERE sequence = 4), seal = NULL",
            ],
            5,
        ),
        (["DELETE FROM audit", "UPDATE audit_head SET sequence = 0"], 1),
        (["INSERT INTO audit SELECT 7, at, actor, action, subject, seminar, details, request_id, digest FROM audit WHERE sequence = 6"], 7),
        (["DELETE FROM audit_head"], 1),
    ],
    ids=[
        "removed",
        "first removed",
        "removed and numbered anew",
        "swapped",
        "end cut off",
        "end cut off and the head put there",
        "end cut off and the seal taken away",
        "all of it emptied",
        "a row added behind the head",
        "the head removed",
    ],
)
def test_every_row_removed_swapped_added_or_cut_off_is_found(session: Session, now: datetime, attack: list[str], at: int) -> None:
    write(session, now)
    tamper(session, *attack)
    assert at in verify(session).broken_at


def test_without_the_seal_a_cut_end_would_go_unseen(session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: only the head says where the chain ends, so an attacker who cuts rows off names the row before as the end."""
    write(session, now)
    cut = "UPDATE audit_head SET sequence = 4, digest = (SELECT digest FROM audit WHERE sequence = 4)"
    tamper(session, "DELETE FROM audit WHERE sequence > 4", cut)
    assert not verify(session).intact
    monkeypatch.setattr("seminar_app.audit.chain.ChainKeys.head_seal", lambda *_args, **_kwargs: session.scalar(select(AuditHead.seal)))
    assert verify(session).intact


def test_a_row_of_a_trail_that_went_another_way_is_found(session: Session, now: datetime) -> None:
    """A copy of the database continues on its own. A row that is valid in the copy's chain replaces a row of ours."""
    write(session, now, 2)
    tamper(session, "CREATE TABLE fork AS SELECT * FROM audit_head")
    write(session, now, 2)
    tamper(
        session,
        "CREATE TABLE theirs AS SELECT * FROM audit WHERE sequence > 2",
        "DELETE FROM audit WHERE sequence > 2",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head SELECT * FROM fork",
    )
    write(session, now + timedelta(hours=1), 2)
    assert verify(session).intact
    replaced = "INSERT INTO audit SELECT * FROM theirs WHERE sequence = 3"
    tamper(session, "DELETE FROM audit WHERE sequence = 3", replaced, "DROP TABLE theirs", "DROP TABLE fork")
    assert verify(session).broken_at == [4]


def test_an_untouched_trail_holds_while_it_grows(session: Session, now: datetime) -> None:
    assert verify(session).intact
    for rows in (1, 3):
        write(session, now, rows)
        assert verify(session).intact


def test_the_anchor_finds_a_trail_written_anew_with_the_key(session: Session, now: datetime, tmp_path: Path) -> None:
    write(session, now)
    append_anchor(session, tmp_path / "anchor", now=now)
    write(session, now, 2)
    forge(session, keep=3)
    assert verify(session).intact, "whoever has the key can write a chain that holds"
    found = verify(session, read_anchors(tmp_path / "anchor", chain_keys(session)))
    assert not found.intact
    assert found.contradicted == [ROWS]


def test_the_anchor_finds_an_older_copy_put_in_the_place_of_the_database(session: Session, now: datetime, tmp_path: Path) -> None:
    write(session, now, 2)
    sealed = session.execute(select(AuditHead.sequence, AuditHead.digest, AuditHead.seal)).one()
    write(session, now, 3)
    append_anchor(session, tmp_path / "anchor", now=now)
    tamper(session, "DELETE FROM audit WHERE sequence > 2")
    with unit_of_work(session) as writing:
        writing.execute(update(AuditHead).values(**sealed._asdict()))
    assert verify(session).intact
    assert verify(session, read_anchors(tmp_path / "anchor", chain_keys(session))).contradicted == [5]


def test_the_anchor_grows_with_the_trail_and_stays_where_nothing_happened(session: Session, now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    assert append_anchor(session, path, now=now) is None
    for rows in (2, 3):
        write(session, now, rows)
        assert append_anchor(session, path, now=now)
        assert append_anchor(session, path, now=now) is None
    assert [anchor.sequence for anchor in read_anchors(path, chain_keys(session))] == [2, 5]
    assert path.stat().st_mode & 0o777 == 0o600
    found = verify(session, read_anchors(path, chain_keys(session)))
    assert (found.intact, found.anchors) == (True, 2)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("fault", ["changed", "removed", "swapped", "made up", "half a line"])
def test_an_anchor_that_was_tampered_with_is_found(session: Session, now: datetime, tmp_path: Path, fault: str) -> None:
    path = tmp_path / "anchor"
    for _ in range(4):
        write(session, now, 1)
        append_anchor(session, path, now=now)
    lines = path.read_text().splitlines(keepends=True)
    match fault:
        case "changed":
            lines[1] = json.dumps(json.loads(lines[1]) | {"digest": "0" * 64}) + "\n"
        case "removed":
            del lines[1]
        case "swapped":
            lines[1], lines[2] = lines[2], lines[1]
        case "made up":
            lines.append(Anchor(now.isoformat(), 4, "0" * 64, "0" * 64).line)
        case "half a line":
            lines[-1] = lines[-1][:40]
    path.write_text("".join(lines))
    with pytest.raises(AnchorBroken):
        list(read_anchors(path, chain_keys(session)))
    with pytest.raises(AnchorBroken):
        append_anchor(session, path, now=now)


def test_a_new_key_goes_on_with_the_chain_and_an_old_one_cannot_come_back(
    app: Flask, session: Session, now: datetime, tmp_path: Path
) -> None:
    write(session, now, 2)
    append_anchor(session, tmp_path / "anchor", now=now)
    reinstall(app, audit_keys=(f"a1:{'1' * 40}",), secret_keys=SECRET)
    write(session, now, 2)
    append_anchor(session, tmp_path / "anchor", now=now)
    reinstall(app, audit_keys=(f"a2:{'2' * 40}", f"a1:{'1' * 40}"), secret_keys=("another secret key, of at least 32 letters", *SECRET))
    write(session, now, 2)
    found = verify(session, read_anchors(tmp_path / "anchor", chain_keys(session)))
    assert (found.intact, found.by_newest_key) == (True, True)
    reinstall(app, audit_keys=(f"a1:{'1' * 40}",), secret_keys=SECRET)  # somebody who learned the old key
    forge(session, keep=4)
    reinstall(app, audit_keys=(f"a2:{'2' * 40}", f"a1:{'1' * 40}"), secret_keys=SECRET)
    assert not verify(session).by_newest_key, "the newest key had chained these rows"


def test_the_commands_anchor_and_verify(
    app: Flask, session: Session, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = app.test_cli_runner().invoke
    assert "AUDIT_ANCHOR" in run(args=["audit", "anchor"]).output
    write(session, now)
    session.close()
    assert "There is no anchor" in run(args=["audit", "verify"]).output
    path = tmp_path / "anchor"
    monkeypatch.setattr("seminar_app.cli.audit._anchor_of_settings", lambda: path)
    missing = run(args=["audit", "verify"])
    assert missing.exit_code == 1
    assert "cannot be read" in missing.output
    assert f"Anchored row {ROWS}" in run(args=["audit", "anchor"]).output
    agrees = run(args=["audit", "verify"])
    assert agrees.exit_code == 0
    assert f"newest is row {ROWS}" in agrees.output
    forge(session, keep=0)
    session.close()
    rewritten = run(args=["audit", "verify"])
    assert rewritten.exit_code == 1
    assert "contradicts the audit log" in rewritten.output


def test_memory_does_not_grow_with_the_trail(session: Session, now: datetime) -> None:
    before, rows, keys = GENESIS, [], chain_keys(session)
    for number in range(1, 8_001):
        row = AuditRow(sequence=number, at=now, actor="rule", action="x.y", subject="s:" + "f" * 60, details={"filler": "f" * 400})
        before = keys.digest(row, before=before, key=keys.newest)
        shared = {"at": now, "actor": row.actor, "action": row.action, "subject": row.subject, "details": row.details}
        rows.append({"sequence": number, "digest": before, **shared})
    with unit_of_work(session) as writing:
        writing.execute(insert(AuditRow), rows)
        writing.execute(update(AuditHead).values(sequence=8_000, digest=before, seal=keys.head_seal(8_000, before, key=keys.newest)))
    rows.clear()
    tracemalloc.start()
    found = verify(session)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.intact, found.rows) == (True, 8_000)
    assert peak < 4_000_000, f"{peak} bytes for 8,000 rows of about 1 kB"
