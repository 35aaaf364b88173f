"""Lines of the page «Today» in words: what waits, with its number and the page where it is done; and how far off a day is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct

from seminar_app.agencies.queries import NO_CODE
from seminar_app.messages.rules import Outcome
from seminar_app.seminars.models import Seminar
from seminar_app.today.queries.waiting import Waits
from seminar_app.today.rules import Phase, Waiting, days_until, phase_of


class Line(Struct, frozen=True):
    """A sentence, and the page where it is done; None where only another account can do it."""

    sentence: str
    url: str | None = None
    action: str | None = None


class WaitingIn(Struct, frozen=True):
    """What waits in one seminar."""

    seminar: Seminar
    when: str
    lines: Sequence[Line]


class Fact(Struct, frozen=True):
    """A line with its label; `attention`: the reader should look."""

    label: str
    line: Line
    attention: bool = False


def in_days(days: int) -> str:
    """Return how far off a day is: «today», «tomorrow», «in 5 days», «yesterday», «5 days ago»."""
    match days:
        case 0:
            return str(_("today"))
        case 1:
            return str(_("tomorrow"))
        case -1:
            return str(_("yesterday"))
    return str(_("in %(num)d days", num=days) if days > 0 else _("%(num)d days ago", num=-days))


def where_in_time(seminar: Seminar, *, now: datetime) -> str:
    """Return where the seminar stands: «Begins in 12 days», «Day 2 of 3», «Ended yesterday»."""
    days, zone = days_until(seminar.starts_on, seminar.time_zone, now=now), seminar.time_zone
    match phase_of(seminar, now=now):
        case Phase.COMING:
            return str(_("Begins %(when)s", when=in_days(days)))
        case Phase.ENDED:
            return str(_("Ended %(when)s", when=in_days(days_until(seminar.ends_on, zone, now=now))))
    length = (seminar.ends_on - seminar.starts_on).days + 1
    return str(_("Day %(day)d of %(days)d", day=1 - days, days=length) if length > 1 else _("Is held today"))


def lines_of_waiting(seminar: Seminar, waits: Waits) -> Line:
    """Return what waits in a seminar, in words."""
    return _LINES[waits.kind](seminar.slug, waits)


def _roster(slug: str, *, state: str | None = None, group: str | None = None) -> str:
    return url_for("registration_staff.roster", slug=slug, state=state, group=group)


def _registration(slug: str, waits: Waits, anchor: str | None = None) -> str:
    registration_id = waits.first.hex if waits.first is not None else ""
    return url_for("registration_staff.registration", slug=slug, registration_id=registration_id, _anchor=anchor)


def _seats_asked(slug: str, waits: Waits) -> Line:
    sentence = ngettext("At the door %(num)d person waits for a seat.", "At the door %(num)d people wait for a seat.", waits.number)
    return Line(sentence, _registration(slug, waits, "asked"), _("Decide"))


def _untaken(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d session is over and has no attendance.", "%(num)d sessions are over and have no attendance.", waits.number)
    return Line(sentence, url_for("attendance_staff.marking", slug=slug, session_id=waits.first), _("Take attendance"))


def _pending(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d person waits for your approval.", "%(num)d people wait for your approval.", waits.number)
    return Line(sentence, _roster(slug, state="pending"), _("Look at them"))


def _nominated(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d nomination waits for your decision.", "%(num)d nominations wait for your decision.", waits.number)
    return Line(sentence, _roster(slug, state="nominated"), _("Look at them"))


def _proposed(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d official proposes a substitute.", "%(num)d officials propose a substitute.", waits.number)
    return Line(sentence, url_for("requests_staff.index", slug=slug), _("Decide"))


def _requests(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d request to change the list waits.", "%(num)d requests to change the list wait.", waits.number)
    return Line(sentence, url_for("requests_staff.index", slug=slug), _("Decide"))


def _names(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d person asks for another name.", "%(num)d people ask for another name.", waits.number)
    return Line(sentence, _registration(slug, waits), _("Look at it"))


def _agencies(slug: str, waits: Waits) -> Line:
    sentence = ngettext(
        "%(num)d person waits for an agency to be assigned.", "%(num)d people wait for an agency to be assigned.", waits.number
    )
    return Line(sentence, _roster(slug, group=NO_CODE), _("See who"))


def _nobody_at_door(slug: str, _waits: Waits) -> Line:
    settings = url_for("seminars_staff.settings", slug=slug, _anchor="coordinators")
    return Line(_("Nobody is assigned to run the door."), settings, _("Assign a coordinator"))


def _erasures(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d person asks that their data be erased.", "%(num)d people ask that their data be erased.", waits.number)
    return Line(sentence, _registration(slug, waits), _("See the request"))


def _mail(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d mail could not be delivered.", "%(num)d mails could not be delivered.", waits.number)
    return Line(sentence, url_for("letters_staff.index", slug=slug, state=Outcome.FAILED.value), _("See which"))


def _complete(slug: str, _waits: Waits) -> Line:
    return Line(_("It is over and waits to be completed."), url_for("seminars_staff.overview", slug=slug), _("Complete it"))


def _certificates(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d certificate is earned and not issued.", "%(num)d certificates are earned and not issued.", waits.number)
    return Line(sentence, url_for("certificates_staff.index", slug=slug), _("Issue certificates"))


def _forms(slug: str, waits: Waits) -> Line:
    sentence = ngettext("%(num)d form waits for the button in its mail.", "%(num)d forms wait for the button in their mail.", waits.number)
    return Line(sentence, url_for("registration_staff.forms", slug=slug), _("Confirm one by phone"))


_LINES: Mapping[Waiting, Callable[[str, Waits], Line]] = {
    Waiting.SEATS_ASKED: _seats_asked,
    Waiting.UNTAKEN: _untaken,
    Waiting.PENDING: _pending,
    Waiting.NOMINATED: _nominated,
    Waiting.PROPOSED: _proposed,
    Waiting.REQUESTS: _requests,
    Waiting.NAMES: _names,
    Waiting.AGENCIES: _agencies,
    Waiting.NOBODY_AT_DOOR: _nobody_at_door,
    Waiting.ERASURES: _erasures,
    Waiting.MAIL: _mail,
    Waiting.COMPLETE: _complete,
    Waiting.CERTIFICATES: _certificates,
    Waiting.FORMS: _forms,
}
