"""`flask keys …`: which keys the sealed values use, and how to move all of them to the newest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.audit.services import record
from seminar_app.core import sealed_files
from seminar_app.core.change_context import command_context
from seminar_app.core.installation import installation_of
from seminar_app.core.key_ring import KeyRing, Turned
from seminar_app.people import identity
from seminar_app.registration.services import sealed_forms
from seminar_app.web.database import db, in_unit_of_work, session

BATCH = 200

group = AppGroup("keys", help="The keys that CURP, birth data, passports and the originals of lists are sealed with.")


class Sealed(Struct, frozen=True):
    """A table whose rows are sealed."""

    name: str
    count_by_key: Callable[[Session], dict[str, int]]
    rotate: Callable[..., Turned]


SEALED = (
    Sealed("person_identity", identity.count_by_key, identity.rotate),
    Sealed("form_sent", sealed_forms.count_by_key, sealed_forms.rotate),
    Sealed("file", sealed_files.count_by_key, sealed_files.rotate),
)


def _ring() -> KeyRing:
    return installation_of(session()).ring


def lost_keys() -> list[str]:
    """Return a sentence for each key that seals rows and is not in IDENTITY_KEYS."""
    return [
        f"{sealed.name} has rows ({rows}) sealed with the key «{key}», which IDENTITY_KEYS lacks: put it back, behind the newest."
        for sealed in SEALED
        for key, rows in sealed.count_by_key(session()).items()
        if key not in _ring().ids
    ]


@group.command("check")
def check() -> None:
    """Print how many rows each key holds; exit with 1 where a row's key is not in IDENTITY_KEYS."""
    lost = False
    for sealed in SEALED:
        held = sealed.count_by_key(session())
        for key in (*_ring().ids, *sorted(held.keys() - set(_ring().ids))):
            missing = key not in _ring().ids
            lost = lost or missing
            role = (
                "MISSING from IDENTITY_KEYS"
                if missing
                else "newest"
                if key == _ring().newest
                else "may go"
                if not held.get(key)
                else "older"
            )
            click.echo(f"{sealed.name:<16} {key:<16} {held.get(key, 0):>8} rows  ({role})")
    if lost:
        click.echo("Some rows cannot be opened: put their key back into IDENTITY_KEYS, behind the newest.", err=True)
        sys.exit(1)


@group.command("rotate")
@click.option("--batch", default=BATCH, show_default=True, type=click.IntRange(1, 10_000), help="Rows of one transaction.")
def rotate(batch: int) -> None:
    """Seal all rows again with the newest key of IDENTITY_KEYS.

    The program may continue to run, once every process was started with the new key first and the old one behind it. A run that
    is interrupted continues where it stopped. When `keys check` says that the old key may go, remove it from IDENTITY_KEYS.
    """
    failed = 0
    for sealed in SEALED:
        before = sealed.count_by_key(session())
        left = sum(rows for key, rows in before.items() if key != _ring().newest)
        failed += _rotate(sealed, left=left, batch=batch)
    if failed:
        click.echo(f"{failed} rows did not open and were left as they are; the log names them.", err=True)
        sys.exit(1)


def _rotate(sealed: Sealed, *, left: int, batch: int) -> int:
    """Rotate one table, step by step; return how many rows did not open."""
    after: int | None = 0
    done = failed = 0
    while after is not None:
        turned: Turned = in_unit_of_work(_step(sealed, after, batch))
        db.session.remove()
        after, done, failed = turned.last, done + turned.done, failed + turned.failed
        if after is not None:
            click.echo(f"{sealed.name}: {done} of {left} rows hold the key «{_ring().newest}» now.")
    if not done and not failed:
        click.echo(f"{sealed.name}: nothing to do, every row holds the key «{_ring().newest}».")
    return failed


def _step(sealed: Sealed, after: int, batch: int) -> Callable[[Session], Turned]:
    def work(writing: Session) -> Turned:
        turned = sealed.rotate(writing, after=after, limit=batch)
        if turned.done:
            details: dict[str, Any] = {"rows": turned.done, "key": _ring().newest}
            record(writing, command_context(), action="keys.rotated", subject=f"{sealed.name}:many", details=details)
        return turned

    return work
