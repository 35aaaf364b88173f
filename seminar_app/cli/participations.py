"""`flask participations …`: the outcomes of registrations."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from seminar_app.attendance.services.rebuilding import Rebuilt, rebuild, seminars_with_people
from seminar_app.audit.services import record
from seminar_app.core.change_context import command_context
from seminar_app.web.database import Session, in_unit_of_work, session

group = AppGroup("participations", help="The outcome of each registration: minutes, percent, completed.")


@group.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare, change nothing; the exit status is 1 if anything differs.")
def rebuild_all(*, check: bool) -> None:
    """Make all marks and outcomes again from what was observed. Outcomes of completed seminars are frozen and stay.

    Each seminar is one transaction, so the program can go on meanwhile. It prints the seminars where something differed.
    """
    seminars = seminars_with_people(session())
    total = marks = outcomes = 0
    with click.progressbar(seminars, label="Seminars", file=sys.stderr) as each_seminar:
        for seminar_id, public_id, slug in each_seminar:
            found = rebuild(session(), seminar_id, check=True) if check else _rebuilt(seminar_id, f"seminar:{public_id.hex}", slug)
            session().rollback()
            total, marks, outcomes = total + found.registrations, marks + len(found.marks), outcomes + len(found.participations)
            if found.marks or found.participations:
                click.echo(
                    f"{slug}: {len(found.marks)} marks and {len(found.participations)} outcomes {'differ' if check else 'made again'}"
                )
    click.echo(f"{total} registrations in {len(seminars)} seminars: {marks} marks and {outcomes} outcomes differed.")
    if check and (marks or outcomes):
        sys.exit(1)


def _rebuilt(seminar_id: int, subject: str, slug: str) -> Rebuilt:
    context = command_context()

    def work(writing: Session) -> Rebuilt:
        found = rebuild(writing, seminar_id)
        if found.marks or found.participations:
            details = {"marks": len(found.marks), "participations": len(found.participations)}
            record(writing, context, action="attendance.rebuilt", subject=subject, seminar=slug, details=details)
        return found

    return in_unit_of_work(work)
