"""`flask retention …` and `flask people …`: how long data are kept, and erasing a person."""

from __future__ import annotations

import sys
import uuid

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from config import Settings
from seminar_app.core.change_context import command_context, rule_context
from seminar_app.core.clock import now
from seminar_app.core.errors import NotFound
from seminar_app.people.models import Person
from seminar_app.retention.applying import RULES, apply_all, count_due, days_of
from seminar_app.retention.erasing import erase_person
from seminar_app.retention.sweeping import sweep
from seminar_app.web.database import in_unit_of_work, session

retention = AppGroup("retention", help="How long personal data are kept.")
people = AppGroup("people", help="Erasing people, and reserving identities.")

NOT_TAKEN = """\
No rule deletes: the audit log (ids and numbers only; its chain needs every row), answers to feedback (anonymous), marks and registrations
(they are counted, without a name). A separate job deletes access counts after 92 days. Limits on attempts are in no table."""


@retention.command("show")
def show() -> None:
    """Print the rules, in days, and how each is set."""
    kept = _settings().kept
    for rule in RULES:
        days = days_of(rule, kept)
        click.echo(f"{f'{days} days' if days else 'at once':>10}  {rule.what}" + (f"  (RETAIN_{rule.name.upper()})" if days else ""))
    click.echo(NOT_TAKEN)


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say how many rows each rule would take.")
@click.option("--rewrite", is_flag=True, help="On PostgreSQL, write the tables anew afterwards: locks them, at a quiet hour.")
def run(*, dry_run: bool, rewrite: bool) -> None:
    """Apply the rules now, as the worker does every night."""
    kept = _settings().kept
    done = count_due(session(), now=now(), kept=kept) if dry_run else apply_all(rule_context(), kept=kept, rewrite=rewrite)
    for name, rows in done.items():
        click.echo(f"{rows:>8}  {name}")


@people.command("erase")
@click.argument("public_ids", nargs=-1, required=True, type=click.UUID)
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(public_ids: tuple[uuid.UUID, ...], *, yes: bool) -> None:
    """Erase people permanently. Their public ids are in the addresses of their pages.

    Their participations stay in every count, without a name. After a restore, run this with all ids that `people erased` printed before.
    """
    if not yes:
        click.confirm(f"Erase {len(public_ids)} people? It cannot be undone.", abort=True)
    missing = 0
    for public_id in public_ids:
        try:
            done = in_unit_of_work(lambda work, who=public_id: erase_person(work, command_context(), public_id=who))  # type: ignore[misc]
        except NotFound:
            click.echo(f"{public_id.hex}: no person has this id.", err=True)
            missing += 1
            continue
        click.echo(
            f"{public_id.hex}: erased. {done.registrations} registrations without a name, {done.withdrawn} of them withdrawn; "
            f"{done.messages} messages and {done.notes} notes gone; birth data and documents: {'gone' if done.identity else 'none'}."
        )
    if not sweep(rule_context()):
        click.echo("The database was in use, so residual data are still in the files; the worker removes them tonight.", err=True)
    if missing:
        sys.exit(1)


@people.command("erased")
def erased() -> None:
    """Print the public ids of all erased people. Keep the list outside the database: after a restore it is needed."""
    for public_id in session().scalars(select(Person.public_id).where(Person.erased_at.is_not(None)).order_by(Person.id)):
        click.echo(public_id.hex)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
