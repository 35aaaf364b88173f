"""Words for counts, statuses, dimensions and gaps."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.reports.queries.gaps import Gap
from seminar_app.reports.rules import Count, Dimension, Fate, HoursClass, HoursYear, Names, Status
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the words."""
    register(Count, {Count.PEOPLE: _l("People"), Count.PARTICIPATIONS: _l("Participations"), Count.HOURS: _l("Person-hours")})
    register(Status, {Status.REGISTERED: _l("Registered"), Status.ATTENDED: _l("Attended"), Status.COMPLETED: _l("Have completed")})
    register(Names, {Names.THEN: _l("As of then"), Names.NOW: _l("As of today")})
    register(HoursYear, {HoursYear.CALENDAR: _l("calendar year"), HoursYear.FISCAL: _l("US fiscal year (October to September)")})
    register(
        HoursClass,
        {
            HoursClass.NONE: _l("No hours"),
            HoursClass.QUARTER: _l("Up to a quarter"),
            HoursClass.HALF: _l("Up to half"),
            HoursClass.THREE_QUARTERS: _l("Up to three quarters"),
            HoursClass.NEARLY: _l("More, not all"),
            HoursClass.ALL: _l("All hours"),
        },
    )
    register(
        Dimension,
        {
            Dimension.AGENCY: _l("Agency"),
            Dimension.GROUP: _l("Agency group"),
            Dimension.LEVEL: _l("Level of government"),
            Dimension.STATE: _l("State"),
            Dimension.SEX: _l("Sex"),
            Dimension.TOPIC: _l("Topic"),
            Dimension.HOST: _l("Host"),
            Dimension.OFFICE: _l("Office"),
            Dimension.FUNDING_SOURCE: _l("Funding source"),
            Dimension.COUNTRY: _l("Country"),
            Dimension.SEMINAR: _l("Seminar"),
            Dimension.MONTH: _l("Month"),
            Dimension.QUARTER: _l("Quarter"),
            Dimension.YEAR: _l("Calendar year"),
            Dimension.FISCAL_YEAR: _l("US fiscal year"),
        },
    )
    register(Fate, {Fate.NEW: _l("New in the figure"), Fate.GONE: _l("No longer in the figure"), Fate.CHANGED: _l("Changed")})
    register(
        Gap,
        {
            Gap.SEX: _l("Sex not known"),
            Gap.AGENCY: _l("Agency not assigned"),
            Gap.MARKS: _l("Attendance not taken or not closed"),
            Gap.ROSTER: _l("No roster"),
        },
    )
