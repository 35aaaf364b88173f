"""What stands above the tables of the attendance workbook: the seminar, the rule of completion, the export, and the key to S1, S2."""

from __future__ import annotations

from babel.dates import format_skeleton
from flask_babel import gettext as _
from msgspec import Struct

from seminar_app.attendance.export_rows import ExportRows, Language
from seminar_app.attendance.exported import Exported
from seminar_app.attendance.queries import SheetSession
from seminar_app.core.dates import hours_and_minutes
from seminar_app.core.sheet_layout import Above
from seminar_app.offices.models import Office
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import ExcusedRule, SeminarState
from seminar_app.web.filters import date_range, day_and_date, local_date, local_instant, local_time
from seminar_app.web.places import country_name, zone_words

STAR = "*"
"""Stands in the key at a session that does not count for completion."""


class ShownSession(Struct, frozen=True):
    """A session as the workbook names it; with the keys for scripts it is `session_1`."""

    rows: ExportRows
    session: SheetSession

    @property
    def short(self) -> str:
        """The heading of its column: «S1»."""
        return self.rows.session_title(self.session) if self.rows.language is Language.KEYS else f"S{self.session.number}"

    @property
    def sheet_name(self) -> str:
        """«S1 Inauguración»."""
        return self.short if self.rows.language is Language.KEYS else f"{self.short} {self.rows.title_of(self.session)}"

    @property
    def key(self) -> str:
        """«S1 = 3 jun, 9:00 · 3 h · Inauguración», with a star if it does not count; the title last, because it is what may be cut."""
        local = self.session.starts_at.astimezone(self.rows.zone)
        day = format_skeleton("MMMd", local, locale=self.rows.language.value)
        star = "" if self.session.counts else STAR
        facts = (f"{day}, {local:%-H:%M}", hours_and_minutes(self.session.contact_minutes), self.rows.title_of(self.session))
        return f"{self.short}{star} = {' · '.join(facts)}"

    @property
    def heading(self) -> str:
        """The whole title, with day, times and length."""
        zone = self.rows.attendance.seminar.time_zone
        times = f"{local_time(self.session.starts_at, zone)}–{local_time(self.session.ends_at, zone)}"
        facts = [f"{self.short}. {self.rows.title_of(self.session)}", day_and_date(local_date(self.session.starts_at, zone)), times]
        facts.append(hours_and_minutes(self.session.contact_minutes))
        if not self.session.counts:
            facts.append(_("does not count for completion"))
        return " · ".join(facts)


def above(rows: ExportRows, exported: Exported, session: ShownSession | None = None) -> Above | None:
    """Return the lines above a table: of the whole seminar, or of one session; none with the keys for scripts."""
    if rows.language is Language.KEYS:
        return None
    seminar = rows.attendance.seminar
    place = ", ".join(filter(None, (seminar.venue, seminar.city, country_name(seminar.country))))
    when, zone = local_instant(exported.at, seminar.time_zone), zone_words(seminar.time_zone)
    starred = [f"{STAR} {_('does not count for completion')}"] if any(not each.counts for each in rows.attendance.sessions) else []
    hosts = "; ".join(_office(rows, host) for host in exported.hosts)
    return Above(
        title=rows.either(seminar.title_es, seminar.title_en) or seminar.slug,
        subtitle=session.heading if session else None,
        lines=[
            f"{date_range(seminar.starts_on, seminar.ends_on)} · {place}",
            _("Hosts: %(hosts)s", hosts=hosts),
            rule_in_words(seminar),
            _("Exported on %(when)s (%(zone)s) by %(office)s.", when=when, zone=zone, office=_office(rows, exported.office)),
            *(starred if session is None else []),
        ],
        key=[] if session else [ShownSession(rows, each).key for each in rows.attendance.sessions],
    )


def _office(rows: ExportRows, office: Office) -> str:
    return rows.either(office.name_es, office.name_en) or office.code


def rule_in_words(seminar: Seminar) -> str:
    """Return the rule of completion in words, as the page of the timetable says it."""
    if seminar.outcome_state is SeminarState.CANCELLED:
        return str(_("This seminar was cancelled, so nobody completes it."))
    needed = _("To complete the seminar takes at least %(threshold)d %% of the contact minutes.", threshold=seminar.threshold_percent)
    excused = {
        ExcusedRule.NOT_COUNTED: _("Sessions that somebody is excused from are left out of that person’s count."),
        ExcusedRule.CREDITED: _("Excused absences count as attended."),
        ExcusedRule.ABSENT: _("Excused absences count as absences."),
    }
    return f"{needed} {excused[seminar.excused_rule]}"
