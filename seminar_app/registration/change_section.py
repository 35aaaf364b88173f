"""What the pages of a seminar say of changes that its people are told of: what waits, and what became of the last."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from seminar_app.registration.change_words import lines_of
from seminar_app.registration.queries.told import WaitingChanges, last_told, waiting_changes
from seminar_app.registration.rules import NoticeState
from seminar_app.seminars.models import Seminar
from seminar_app.web.filters import local_instant

A_MINUTE = 60


def waiting(session: Session, seminar: Seminar, now: datetime) -> Markup:
    """Return the list of changes that wait, when they leave and to how many, with its two buttons; else what became of the last."""
    changes = waiting_changes(session, seminar, today=now.date())
    if changes is not None and (changes.people or changes.liaisons):
        lines = lines_of(changes.before, changes.after, at=changes.changed_at)
        page = render_template(
            "registration/staff/changes.html", seminar=seminar, changes=changes, lines=lines, sentence=_announcing(changes, now)
        )
        return Markup(page)  # nosec B704  # noqa: S704  our own template
    told = last_told(session, seminar.id)
    if told is None or not (told.state is NoticeState.KEPT_QUIET or told.people or told.liaisons):
        return Markup("")
    when = local_instant(told.ended_at, seminar.time_zone)
    if told.state is NoticeState.KEPT_QUIET:
        said = _("Nobody was told of the last changes, as somebody of your office decided on %(when)s.", when=when)
        said = f"{said} {_('Why: %(reason)s', reason=told.reason)}" if told.reason else said
    else:
        said = _("The last changes were told to %(people)s on %(when)s.", people=_receivers(told.people, told.liaisons), when=when)
    return Markup('<p class="muted">{}</p>').format(said)


def _announcing(changes: WaitingChanges, now: datetime) -> str:
    people = _receivers(changes.people, changes.liaisons)
    if changes.leaves_at is None:
        return str(_("As soon as the seminar is published, a message about these changes goes to %(people)s.", people=people))
    minutes = -int((now - changes.leaves_at).total_seconds() // A_MINUTE)
    if minutes < 1:
        return str(_("In a moment a message about these changes goes to %(people)s.", people=people))
    said: str = ngettext(
        "In %(num)d minute a message about these changes goes to %(people)s.",
        "In %(num)d minutes a message about these changes goes to %(people)s.",
        minutes,
        people=people,
    )
    return said


def _receivers(people: int, liaisons: int) -> str:
    """Return «41 people and 2 liaisons»."""
    both = [ngettext("%(num)d person", "%(num)d people", people)] if people else []
    both += [ngettext("%(num)d liaison", "%(num)d liaisons", liaisons)] if liaisons else []
    return str(_("%(people)s and %(liaisons)s", people=both[0], liaisons=both[1])) if len(both) > 1 else str(both[0])
