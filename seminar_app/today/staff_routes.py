"""The page «Today»: what each account finds when its work begins. It names nobody: numbers and links only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Mode, Settings
from seminar_app.core import clock
from seminar_app.core.actor import Actor
from seminar_app.messages.checks import what_waiting_means
from seminar_app.retention import queries as retention
from seminar_app.today.agency import agency_part
from seminar_app.today.door import door_part
from seminar_app.today.installation import Findings, installation_facts, lines_of_findings
from seminar_app.today.organizing import organizing_of
from seminar_app.today.oversight import oversight_facts
from seminar_app.today.queries.seminars import ids_to_look_after, organized_by
from seminar_app.today.rules import Part, parts_of
from seminar_app.today.wording import Line
from seminar_app.web.access import current_actor, staff
from seminar_app.web.checks import State, findings
from seminar_app.web.database import Session, session
from seminar_app.web.navigation import staff_navigation

blueprint = Blueprint("today_staff", __name__, url_prefix="/staff")


@blueprint.get("/")
@staff()
def show() -> ResponseReturnValue:
    """Show the parts that the account's roles see, one below the other.

    An administrator begins with what is left of the installation's first hour, as long as anything is. A demonstration is complete.
    """
    actor, now = current_actor(), clock.now()
    settings: Settings = current_app.extensions["settings"]
    found: Findings = findings(session(), now=now) if actor.is_admin else []
    if settings.mode is not Mode.DEMO and any(finding.state is State.LEFT for _check, finding in found):
        return redirect(url_for("oversight.installation"), code=303)
    parts = parts_of(actor.roles)
    values = [_VALUES[part](session(), actor, found, now) for part in parts]
    return render_template(
        "today/staff/show.html",
        parts=parts,
        today=now.astimezone(ZoneInfo(settings.default_time_zone)).date(),
        zone=settings.default_time_zone,
        **{name: value for each in values for name, value in each.items()},
    )


def _organizing(reading: Session, actor: Actor, found: Findings, now: datetime) -> dict[str, Any]:
    erasures = retention.asking_in(reading, ids_to_look_after(organized_by(actor)))
    part = organizing_of(reading, actor, erasures=erasures, all_of=request.args.getlist("all"), now=now)
    return {"organizing": part, "general": _general(reading, actor, found, now)}


def _general(reading: Session, actor: Actor, found: Findings, now: datetime) -> Sequence[Line]:
    """Return what waits and belongs to no seminar. Organizers are told what mail that is stuck means for their people."""
    if actor.is_admin:
        return lines_of_findings(found)
    stuck = what_waiting_means(reading, now)
    return [Line(stuck)] if stuck is not None else []


def _door(reading: Session, actor: Actor, _found: Findings, now: datetime) -> dict[str, Any]:
    return {"door": door_part(reading, actor, now=now)}


def _agency(reading: Session, actor: Actor, _found: Findings, now: datetime) -> dict[str, Any]:
    return {"agency": agency_part(reading, actor, now=now)}


def _oversight(reading: Session, _actor: Actor, _found: Findings, now: datetime) -> dict[str, Any]:
    return {"access": oversight_facts(reading, now=now), "entries": [each for each in staff_navigation() if not each.current]}


def _installation(reading: Session, _actor: Actor, found: Findings, now: datetime) -> dict[str, Any]:
    return {"installation": installation_facts(reading, found, now=now)}


_VALUES = {
    Part.ORGANIZING: _organizing,
    Part.DOOR: _door,
    Part.AGENCY: _agency,
    Part.OVERSIGHT: _oversight,
    Part.INSTALLATION: _installation,
}
