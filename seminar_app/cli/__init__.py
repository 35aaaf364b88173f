"""Commands for the command line."""

from __future__ import annotations

from flask import Flask

from config import Settings
from seminar_app.cli import (
    agencies,
    attendance,
    audit,
    audit_words,
    certificates,
    checks,
    database,
    issuing,
    keys,
    messages,
    nominations,
    participations,
    reports,
    reserving,
    settings_list,
    users,
)
from seminar_app.cli import retention as retention_commands
from seminar_app.cli import settings as settings_commands
from seminar_app.cli.backup import drill
from seminar_app.cli.backup.commands import backup, restore
from seminar_app.cli.sentences import put_in_sentences
from seminar_app.cli.serving.command import serve


def init_app(app: Flask, settings: Settings) -> None:
    """Register the commands and their audit words."""
    audit_words.init_app()
    app.cli.add_command(database.group)
    app.cli.add_command(agencies.group)
    app.cli.add_command(attendance.group)
    app.cli.add_command(participations.group)
    app.cli.add_command(certificates.group)
    app.cli.add_command(reports.group)
    certificates.group.add_command(issuing.issue_certificates)
    app.cli.add_command(nominations.group)
    app.cli.add_command(users.group)
    app.cli.add_command(audit.group)
    app.cli.add_command(settings_commands.group)
    settings_commands.group.add_command(settings_list.list_settings)
    app.cli.add_command(settings_commands.maintenance)
    app.cli.add_command(keys.group)
    app.cli.add_command(retention_commands.retention)
    app.cli.add_command(retention_commands.people)
    for command in (reserving.reserve, reserving.show_again):
        retention_commands.people.add_command(command)
    for command in (messages.group, messages.worker, messages.job):
        app.cli.add_command(command)
    app.cli.add_command(backup)
    app.cli.add_command(restore)
    app.cli.add_command(drill.command)
    app.cli.add_command(serve)
    checks.init_app(app)
    put_in_sentences(app.cli)  # this room is the last, so the commands of all others are there
