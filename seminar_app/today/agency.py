"""The part of a liaison: what her agency must do and by when, and what has become of what she did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.core.actor import Actor
from seminar_app.nominations.agency_pages import waiting_proposals
from seminar_app.nominations.agency_queries import AgencyHome, OwnSeminar, agency_home
from seminar_app.nominations.agency_seats import OwnQuota
from seminar_app.nominations.request_rules import takes_changes
from seminar_app.registration.rules import day_there, is_list_frozen
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.today.queries.agency import answered_requests, certificates_ready
from seminar_app.today.rules import AHEAD, DEADLINES_AHEAD, MOST_SEMINARS, days_until
from seminar_app.today.wording import Line, in_days, where_in_time
from seminar_app.web.filters import long_date


class ToDo(Struct, frozen=True):
    """What is to be done for a seminar. `quotas`: with seats that she can still name people for."""

    seminar: Seminar
    when: str
    quotas: Sequence[OwnQuota]
    lines: Sequence[Line]


class Coming(Struct, frozen=True):
    """A seminar to come, for the list. `cancelled`: it is not held."""

    own: OwnSeminar
    when: str
    cancelled: bool


class AgencyPart(Struct, frozen=True):
    """The part as the page shows it."""

    to_do: Sequence[ToDo]
    coming: Sequence[Coming]
    more: bool


def agency_part(session: Session, actor: Actor, *, now: datetime) -> AgencyPart:
    """Return the part of the account's agencies, as their liaison."""
    home = agency_home(session, actor, now=now)
    proposals = waiting_proposals(home)
    answered = answered_requests(session, actor, [each.seminar.id for each in home.to_come], now=now)
    ready = certificates_ready(session, [each.seminar.id for each in home.past], home.own, now=now)
    to_do = [_to_come(each, proposals, answered, now=now) for each in home.to_come if each.seminar.state is not SeminarState.CANCELLED]
    coming = [Coming(each, where_in_time(each.seminar, now=now), each.seminar.state is SeminarState.CANCELLED) for each in home.to_come]
    return AgencyPart(
        [*(each for each in to_do if each.quotas or each.lines), *_past(home, ready, now=now)],
        coming[:MOST_SEMINARS],
        more=len(coming) > MOST_SEMINARS,
    )


def _to_come(own: OwnSeminar, proposals: Mapping[int, int], answered: Mapping[int, int], *, now: datetime) -> ToDo:
    seminar, page = own.seminar, url_for("agency_staff.seminar", slug=own.seminar.slug)
    lines = []
    if number := proposals.get(seminar.id, 0):
        waits = ngettext("%(num)d proposal waits for your answer.", "%(num)d proposals wait for your answer.", number)
        lines.append(Line(waits, url_for("requests_staff.index", slug=seminar.slug), _("Decide")))
    if (freeze := _freeze(seminar, now=now)) is not None:
        lines.append(Line(freeze, page, _("Look at your list")))
    if number := answered.get(seminar.id, 0):
        told = ngettext("The organizer has answered %(num)d request.", "The organizer has answered %(num)d requests.", number)
        lines.append(Line(told, page, _("See the answers")))
    near = own.names and seminar.starts_on <= now.date() + AHEAD
    quotas = [quota for quota in own.quotas if quota.nameless and (near or _released_soon(quota))] if own.names else []
    return ToDo(seminar, where_in_time(seminar, now=now), quotas, lines)


def _released_soon(quota: OwnQuota) -> bool:
    return quota.days is not None and quota.days <= DEADLINES_AHEAD.days


def _freeze(seminar: Seminar, *, now: datetime) -> str | None:
    """Say when the list is frozen, if that is soon: until then she changes it herself."""
    day = seminar.list_freezes_on
    if day is None or not takes_changes(seminar, now=now) or is_list_frozen(day, today=day_there(now, seminar.time_zone)):
        return None
    days = days_until(day, seminar.time_zone, now=now)
    if days > DEADLINES_AHEAD.days:
        return None
    values = {"when": in_days(days), "day": long_date(day)}
    return str(_("The list is frozen %(when)s, on %(day)s: from then on it changes only with the organizer's approval.", **values))


def _past(home: AgencyHome, ready: Mapping[int, int], *, now: datetime) -> list[ToDo]:
    found = []
    for own in home.past:
        if number := ready.get(own.seminar.id, 0):
            said = ngettext("%(num)d certificate is ready for you.", "%(num)d certificates are ready for you.", number)
            line = Line(said, url_for("agency_staff.seminar", slug=own.seminar.slug), _("Take them"))
            found.append(ToDo(own.seminar, where_in_time(own.seminar, now=now), [], [line]))
    return found
