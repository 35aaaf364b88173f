"""The part of an administrator: whether the installation is in order, mail, jobs, disk and the last backup."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import format_timedelta, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from seminar_app.messages.rules import MessageState
from seminar_app.today.queries.running import Running, running
from seminar_app.today.wording import Fact, Line
from seminar_app.web.checks import Check, Finding, State
from seminar_app.web.disk import disk_space
from seminar_app.web.job_runs import BACKUP, last_runs

Findings = Sequence[tuple[Check, Finding]]
NEEDS = (State.WRONG, State.WAITS)
A_DAY = timedelta(hours=26)
"""As the check of backups: a day, and the time that one may take."""


def lines_of_findings(found: Findings) -> list[Line]:
    """Return what needs an administrator now, or waits for a decision, each with the page where it is mended."""
    return [_line(check, finding) for state in NEEDS for check, finding in found if finding.state is state]


def _line(check: Check, finding: Finding) -> Line:
    sentence = f"{check.label}: {finding.sentence}"
    if check.endpoint is None:
        return Line(sentence, url_for("oversight.installation"), _("Open the installation"))
    return Line(sentence, url_for(check.endpoint), str(check.action))


def installation_facts(session: Session, found: Findings, *, now: datetime) -> list[Fact]:
    """Return the figures, in the page's order."""
    figures = running(session, now=now)
    return [_health(found), _mail(figures), _jobs(figures), _disk(), _backup(session, now=now)]


def _health(found: Findings) -> Fact:
    states = [finding.state for _check, finding in found]
    wrong, left = states.count(State.WRONG), states.count(State.LEFT)
    said = []
    if wrong:
        said.append(ngettext("%(num)d thing needs you.", "%(num)d things need you.", wrong))
    if left:
        said.append(ngettext("%(num)d step of setting up is left.", "%(num)d steps of setting up are left.", left))
    sentence = " ".join(said) or _("Everything is in order.")
    return Fact(_("Health"), Line(sentence, url_for("oversight.installation"), _("Open the installation")), attention=bool(wrong))


def _mail(figures: Running) -> Fact:
    waits = ngettext("%(num)d message waits.", "%(num)d messages wait.", figures.waiting_mail) if figures.waiting_mail else ""
    failed = ngettext("%(num)d message failed.", "%(num)d messages failed.", figures.failed_mail) if figures.failed_mail else ""
    sentence = " ".join(filter(None, (waits, failed))) or _("No message waits or failed.")
    url = url_for("messages_staff.index", state=MessageState.FAILED.value if figures.failed_mail else None)
    return Fact(_("Mail"), Line(sentence, url, _("Look at the messages")), attention=bool(figures.failed_mail))


def _jobs(figures: Running) -> Fact:
    runs = ngettext("%(num)d job runs.", "%(num)d jobs run.", figures.running_jobs) if figures.running_jobs else ""
    waits = ngettext("%(num)d job waits.", "%(num)d jobs wait.", figures.waiting_jobs) if figures.waiting_jobs else ""
    failed = (
        ngettext("%(num)d job has failed since yesterday.", "%(num)d jobs have failed since yesterday.", figures.failed_jobs)
        if figures.failed_jobs
        else ""
    )
    sentence = " ".join(filter(None, (runs, waits, failed))) or _("No job runs or waits, and none has failed since yesterday.")
    return Fact(_("Long work"), Line(sentence), attention=bool(figures.failed_jobs))


def _disk() -> Fact:
    space = disk_space()
    return Fact(_("Disk"), Line(f"{space.in_words}."), attention=space.is_short)


def _backup(session: Session, *, now: datetime) -> Fact:
    label, run = _("Last backup"), last_runs(session).get(BACKUP)
    if run is None:
        return Fact(label, Line(_("None has been made yet.")), attention=True)
    age = now - run.ended_at
    ago = format_timedelta(age, threshold=1.2)
    if age > A_DAY:
        return Fact(label, Line(_("Made %(age)s ago, which is too old. Look at what makes them.", age=ago)), attention=True)
    return Fact(label, Line(_("Made %(age)s ago.", age=ago)))
