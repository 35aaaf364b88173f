"""`flask audit …`: verify the audit log, and anchor it outside the database."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from config import Settings
from seminar_app.audit.anchor import Anchor, AnchorBroken, append_anchor, read_anchors
from seminar_app.audit.chain import chain_keys
from seminar_app.audit.verifying import verify as walk
from seminar_app.core import clock
from seminar_app.web.database import session

NAMED = 20

group = AppGroup("audit", help="The audit log of who did and who saw what.")


@group.command("verify")
@click.option("--anchor", "path", type=click.Path(dir_okay=False, path_type=Path), help="The anchor; AUDIT_ANCHOR if not said.")
def verify(path: Path | None) -> None:
    """Check the whole audit log against its hash chain and the anchor; on a fault, list the rows and exit with 1."""
    path = path or _anchor_of_settings()
    anchors, fault = _read(path) if path is not None else ([], None)
    found = walk(session(), anchors)
    if found.broken:
        click.echo(
            f"The audit log of {found.rows} rows was changed, or rows were removed or swapped, at or just before: "
            f"row {_named(found.broken_at, found.broken)}.",
            err=True,
        )
    if found.contradicted:
        click.echo(
            f"The anchor {path} contradicts the audit log: it was cut short or written anew at or before "
            f"row {_named(found.contradicted, len(found.contradicted))}.",
            err=True,
        )
    if fault is not None:
        click.echo(fault, err=True)
    if not found.intact or fault is not None:
        sys.exit(1)
    rows = "its one row is" if found.rows == 1 else f"{found.rows} rows, each"
    click.echo(f"The audit log is whole: {rows} as it was written.")
    if not found.by_newest_key:
        click.echo("Its end was chained with an older key: right only if nothing was done since the key was changed.")
    if anchors:
        lines = "the one line of the anchor" if found.anchors == 1 else f"the anchor's {found.anchors} lines"
        click.echo(f"It agrees with {lines}; the newest is row {anchors[-1].sequence}, of {anchors[-1].at}.")
    else:
        click.echo("There is no anchor: a person with the database and the key could have rewritten it. Set AUDIT_ANCHOR.")


@group.command("anchor")
def anchor() -> None:
    """Append the end of the audit log to the file that AUDIT_ANCHOR names; the worker does it every hour."""
    path = _anchor_of_settings()
    if path is None:
        raise click.ClickException("AUDIT_ANCHOR is not set: name a file that lies outside the database and its backups.")
    try:
        made = append_anchor(session(), path, now=clock.now())
    except AnchorBroken as error:
        raise click.ClickException(f"The anchor {path} was changed: {error}. Nothing was added to it.") from error
    except OSError as error:
        raise click.ClickException(f"The anchor {path} cannot be written: {error.strerror}.") from error
    click.echo(f"Anchored row {made.sequence}." if made else "The end of the audit log stands in the anchor already.")


def _anchor_of_settings() -> Path | None:
    settings: Settings = current_app.extensions["settings"]
    return settings.audit_anchor


def _read(path: Path) -> tuple[list[Anchor], str | None]:
    """Return the valid lines of the anchor, and a sentence about the first invalid one."""
    anchors: list[Anchor] = []
    try:
        for line in read_anchors(path, chain_keys(session())):
            anchors.append(line)
    except AnchorBroken as error:
        return anchors, f"The anchor {path} was changed: {error}."
    except OSError as error:
        return anchors, f"The anchor {path} cannot be read: {error.strerror}."
    return anchors, None


def _named(rows: Sequence[int], count: int) -> str:
    more = f" and {count - NAMED} more" if count > NAMED else ""
    return ", ".join(str(sequence) for sequence in rows[:NAMED]) + more
