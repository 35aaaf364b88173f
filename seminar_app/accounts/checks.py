"""Steps of an installation's first hour: an organizer, and how people reach the offices that hold seminars."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.accounts.queries import offices_with_organizer
from seminar_app.offices.queries import offices
from seminar_app.offices.rules import is_reachable
from seminar_app.web.checks import Check, Finding, State, add_check
from seminar_app.web.database import Session


def init_app(app: Flask) -> None:
    """Register the checks."""
    add_check(app, Check("organizer", _l("Organizer"), organizer, 20, "accounts_staff.new_account", _l("New account")))
    add_check(app, Check("office-contact", _l("Contact"), contact, 25, "offices_staff.offices", _l("See the offices")))


def organizer(session: Session, _now: datetime) -> Finding:
    """Whether an office in use has an organizer."""
    codes = ", ".join(office.code for office in offices_with_organizer(session))
    if codes:
        return Finding(State.DONE, _("Organizers: %(offices)s.", offices=codes))
    return Finding(State.LEFT, _("An organizer creates the seminars of an office and publishes them. Make an account for the first one."))


def contact(session: Session, _now: datetime) -> Finding:
    """Whether people can reach the offices that have organizers; an office that only hosts with others need not be reached."""
    holding = offices_with_organizer(session) or [office for office in offices(session) if office.active]
    silent = ", ".join(office.code for office in holding if not is_reachable(email=office.email, phone=office.phone))
    if silent:
        return Finding(
            State.LEFT,
            _(
                "%(offices)s: give an e-mail address and a phone, so that people can ask for help. Publishing needs both.",
                offices=silent,
            ),
        )
    if not holding:
        return Finding(State.LEFT, _("With an e-mail address and a phone of the office, people can ask for help."))
    return Finding(State.DONE, _("People can reach each office that has organizers."))
