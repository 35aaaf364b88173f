"""The public calendar, a seminar's page, and its calendar file."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, current_app, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from config import Settings
from seminar_app.core import clock
from seminar_app.seminars import public_queries
from seminar_app.seminars.rules import local_of
from seminar_app.seminars.wording import door
from seminar_app.web.access import public
from seminar_app.web.database import session
from seminar_app.web.languages import CODES
from seminar_app.web.page_cache import cached, same_while
from seminar_app.web.paging import page_number
from seminar_app.web.places import country_name, zone_words

blueprint = Blueprint("seminars", __name__)


def settings() -> Settings:
    """Return the settings that the application was started with."""
    found: Settings = current_app.extensions["settings"]
    return found


def office_of_request() -> public_queries.Contact | None:
    """Return the office of the seminar in the request's address; None if it names none that the public may see."""
    slug = (request.view_args or {}).get("slug")
    return public_queries.office_of(session(), slug) if slug else None


@blueprint.get("/")
@public
@cached
def calendar() -> ResponseReturnValue:
    """Show future seminars, and the last past ones; `?show=past` pages through the past."""
    now = clock.now()
    today = local_of(now, settings().default_time_zone).date()
    only_past = request.args.get("show") == "past"
    page = page_number()
    first = not only_past and page == 1
    coming = None if only_past else public_queries.upcoming(session(), today=today, page=page)
    length = public_queries.PAST_ON_THE_FRONT_PAGE if first else public_queries.PAST_PAGE
    gone = public_queries.past(session(), today=today, page=page if only_past else 1, length=length) if first or only_past else None
    lines = [*(coming.lines if coming else ()), *(gone.lines if gone else ())]
    public_queries.name_hosts(session(), lines)
    doors = {line.id: door(line, now=now) for line in lines}
    return same_while(
        (coming, gone, doors),
        lambda: render_template("seminars/calendar.html", coming=coming, gone=gone, only_past=only_past, page=page, doors=doors),
    )


@blueprint.get("/seminars/<slug>")
@public
@cached
def page(slug: str) -> ResponseReturnValue:
    """Show a seminar's public page."""
    seminar = public_queries.seminar_page(session(), slug)
    zone = seminar.time_zone
    days = [
        (day, list(seminar_sessions))
        for day, seminar_sessions in groupby(seminar.sessions, key=lambda s: local_of(s.starts_at, zone).date())
    ]
    way = door(seminar, now=clock.now())
    return same_while(
        (seminar, way),
        lambda: render_template(
            "seminars/page.html",
            seminar=seminar,
            days=days,
            door=way,
            country=country_name(seminar.country),
            zone_words=zone_words(zone),
            address=settings().public_url + url_for(".page", slug=slug),
        ),
    )


@blueprint.get("/seminars/<slug>/calendar.ics")
@public
def icalendar(slug: str) -> ResponseReturnValue:
    """Return the sessions as a calendar file, in the language of the link (`?language=es`)."""
    from seminar_app.seminars.calendar_file import calendar_file  # noqa: PLC0415  4 MB of memory that most workers never need

    if (language := request.args.get("language")) in CODES:
        g.language = language
    seminar = public_queries.seminar_page(session(), slug)
    url = settings().public_url + url_for(".page", slug=slug)
    response: Response = make_response(calendar_file(seminar, url=url))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{seminar.slug}.ics"'
    return response
