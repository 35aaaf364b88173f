"""The page where a gap of a seminar is mended."""

from __future__ import annotations

from flask import current_app

from seminar_app.reports.queries.gaps import Gap
from seminar_app.reports.rules import EMPTY

_MENDED_AT = {
    Gap.SEX: ("registration_staff.roster", {"lacks": "sex"}),
    Gap.AGENCY: ("registration_staff.roster", {"group": EMPTY}),
    Gap.MARKS: ("attendance_staff.timetable", {}),
    Gap.ROSTER: ("seminars_staff.overview", {}),
}
"""By kind of gap: endpoint, and what narrows its page to those who lack something."""


def mended_at(gap: Gap, slug: str, *, liaison: bool = False) -> str:
    """Return the path of the page; a liaison sees her own page of the seminar. It needs no request."""
    endpoint, values = ("agency_staff.seminar", {}) if liaison else _MENDED_AT[gap]
    return current_app.url_map.bind("").build(endpoint, {"slug": slug, **values})
