"""The staff's two menus. Each room adds its own entry when the app is made; a page shows those its reader may open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from seminar_app.web.access import current_actor, policy_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a menu. Whether somebody sees it follows from the endpoint's policy."""

    label: Any
    endpoint: str
    order: int
    prefix: str = ""
    """Endpoints that begin with this (one, or several apart by spaces) keep the line marked as current."""


@dataclass(frozen=True, slots=True)
class Line:
    """A menu's line as the template shows it."""

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
    """A line of the header's menu: Seminars 10, People 20, Agencies 30, Offices 40, Accounts 50, Messages 60, Trail 70."""
    app.extensions["staff_entries"].append(entry)


def add_seminar_entry(app: Flask, entry: Entry) -> None:
    """A line of the side list inside a seminar: Overview 10, Roster 20, Sessions 30, Attendance 40, Feedback 50, Messages 60, Settings 70.

    The endpoint takes `slug` and nothing else.
    """
    app.extensions["seminar_entries"].append(entry)


def staff_navigation() -> list[Line]:
    """What the person signed in may open."""
    return _lines("staff_entries", {})


def seminar_navigation(slug: str) -> list[Line]:
    """What the person signed in may open inside this seminar."""
    return _lines("seminar_entries", {"slug": slug})


def _lines(which: str, values: dict[str, Any]) -> list[Line]:
    actor = current_actor()
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
