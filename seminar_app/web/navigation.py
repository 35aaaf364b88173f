"""The two menus of staff. Each room adds its own entry when the app is made; a page shows the entries its reader may open."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request, url_for
from msgspec import Struct

from seminar_app.web.access import find_actor, policy_of


class Entry(Struct, frozen=True):
    """A menu entry. The endpoint's policy decides who sees it."""

    label: Any
    endpoint: str
    order: int
    prefix: str = ""
    """Endpoints that begin with this prefix (or one of several, separated by spaces) keep the entry marked as current."""


class Line(Struct, frozen=True):
    """A menu entry as the template shows it."""

    label: str
    url: str
    current: bool


def init_app(app: Flask) -> None:
    """Give templates `staff_navigation` and `seminar_navigation`."""
    app.extensions["staff_entries"] = []
    app.extensions["seminar_entries"] = []
    app.context_processor(
        lambda: {"staff_navigation": staff_navigation, "seminar_navigation": seminar_navigation, "current_actor": g.get("actor")}
    )


def add_staff_entry(app: Flask, entry: Entry) -> None:
    """Add an entry to the header's menu.

    Today 1, My agency 5, Seminars 10, People 20, Reports 25, Agencies 30, Offices 40, Team 45, Accounts 50, Messages 60,
    Audit log 70, Installation 80.
    """
    app.extensions["staff_entries"].append(entry)


def add_seminar_entry(app: Flask, entry: Entry) -> None:
    """Add an entry to the seminar's menu.

    Overview 10, My agency 15, Roster 20, Sessions 30, Attendance 40, Paper 45, Feedback 50, Certificates 55, Messages 60, Settings 70.
    The endpoint takes `slug` and nothing else.
    """
    app.extensions["seminar_entries"].append(entry)


def staff_navigation() -> list[Line]:
    """Return the header entries that the signed-in account may open."""
    return _lines("staff_entries", {})


def seminar_navigation(slug: str) -> list[Line]:
    """Return the entries inside this seminar that the signed-in account may open."""
    return _lines("seminar_entries", {"slug": slug})


def _lines(which: str, values: dict[str, Any]) -> list[Line]:
    actor = find_actor()
    if actor is None:
        return []
    lines = []
    for entry in sorted(current_app.extensions[which], key=lambda entry: entry.order):
        policy = policy_of(current_app, entry.endpoint)
        if policy is not None and (not policy.roles or policy.roles & actor.roles):
            here = request.endpoint or ""
            current = here == entry.endpoint or here.startswith(tuple(entry.prefix.split()))
            lines.append(Line(str(entry.label), url_for(entry.endpoint, **values), current))
    return lines
