"""Dates of a form in words, on its pages, on the overview of its seminar and in mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from seminar_app.feedback import figures, queries
from seminar_app.feedback.rules import FormStage
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.overview import Concern
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.filters import local_instant
from seminar_app.web.places import zone_words


def in_words(instant: datetime, time_zone: str) -> str:
    """Return «5 de junio de 2014, 17:30, hora de Cancún»."""
    return f"{local_instant(instant, time_zone)}, {zone_words(time_zone)}"


def dates_to_come(session: Session, seminars: Sequence[Seminar]) -> Mapping[int, Sequence[tuple[datetime, str]]]:
    """Return what the forms of these seminars will do by themselves, by the seminar's id."""
    return {seminar_id: _dates_of(standing) for seminar_id, standing in queries.standings_of(session, seminars).items()}


def _dates_of(standing: queries.Standing) -> list[tuple[datetime, str]]:
    found = []
    if standing.dates.opens_at is not None and standing.stage is FormStage.NOT_OPENED:
        found.append((standing.dates.opens_at, str(_("Feedback opens"))))
    if standing.dates.closes_at is not None and standing.stage is not FormStage.CLOSED:
        found.append((standing.dates.closes_at, str(_("Feedback closes"))))
    return found


def opens_in_vain(session: Session, seminar: Seminar, now: datetime) -> Sequence[Concern]:
    """Say that the date to open does not open the form, because the seminar was moved behind it or the date was missed."""
    standing = queries.standing_of(session, seminar)
    if standing.dates.opens_at is None or not standing.opens_in_vain(now):
        return []
    when = local_instant(standing.dates.opens_at, seminar.time_zone)
    sentence = _("Feedback was to open on %(when)s. It does not, because that is before the first day or long past.", when=when)
    return [Concern(sentence, url_for("feedback_staff.results", slug=seminar.slug), _("Choose another moment"))]


def response_rate_of(session: Session, seminar: Seminar) -> Markup:
    """Say how many of those asked have answered; nothing as long as they are fewer than five."""
    form = queries.find_form(session, seminar.id) if SeminarState.COMPLETED in (seminar.state, seminar.archived_from) else None
    if form is None:
        return Markup()
    asked = queries.count_asked(session, seminar_id=seminar.id, form_id=form.id)
    rate = figures.response_rate(answered=queries.count_answered(session, form.id), asked=asked)
    if rate.too_few:
        return Markup()
    said = _(
        "Feedback: %(percent)s %% answered, %(answered)s of %(asked)s.", percent=rate.percent, answered=rate.answered, asked=rate.asked
    )
    link = Markup('<a href="{}">{}</a>').format(url_for("feedback_staff.results", slug=seminar.slug), _("See the results"))
    return Markup("<p>{} {}</p>").format(said, link)
