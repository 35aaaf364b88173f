"""The header of every staff page about one seminar (`_layout/seminar.html` reads it as `seminar_header`)."""

from __future__ import annotations

from flask import url_for
from msgspec import Struct

from seminar_app.seminars.models import Seminar
from seminar_app.web.filters import date_range, text_of
from seminar_app.web.labels import label


class SeminarHeader(Struct, frozen=True):
    """Name, days, place and state of a seminar in the reader's language."""

    slug: str
    name: str
    dates: str
    place: str
    state: str
    url: str


def seminar_header(seminar: Seminar) -> SeminarHeader:
    """Return the header of a seminar: `render_template(…, seminar_header=seminar_header(seminar))`."""
    return SeminarHeader(
        slug=seminar.slug,
        name=text_of(seminar.title_es, seminar.title_en),
        dates=date_range(seminar.starts_on, seminar.ends_on),
        place=seminar.city,
        state=label(seminar.state),
        url=url_for("seminars_staff.overview", slug=seminar.slug),
    )
