"""The seminar's overview: how full it is, what comes next, what needs attention."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Flask, current_app, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.messages.checks import what_waiting_means
from seminar_app.offices.models import Office
from seminar_app.offices.rules import is_reachable
from seminar_app.offices.words import office_name
from seminar_app.seminars.models import Seminar, SeminarSession
from seminar_app.seminars.moments import moments_to_come
from seminar_app.seminars.quotas import QuotaForNobody, quotas_for_nobody
from seminar_app.seminars.rules import (
    Change,
    Need,
    NextStep,
    SeminarState,
    is_frozen,
    local_of,
    needs_before_publishing,
    next_step,
    state_after,
)
from seminar_app.web.filters import long_date

DAYS_TO_FIND_A_COORDINATOR = 14


class Concern(Struct, frozen=True):
    """Something that needs attention, and the page where it is done; None where the reader cannot do it.

    `consequence`: what follows if the seminar is completed as it is.
    """

    sentence: str
    url: str | None = None
    action: str | None = None
    consequence: str | None = None


Reader = Callable[[Session, Seminar, datetime], Sequence[Concern]]
"""Return what another room has to say of a seminar at this time, in a constant number of statements."""


def add_concerns(app: Flask, reader: Reader) -> None:
    """Let a room that the seminars do not know say what needs attention; it is asked again before the seminar is completed."""
    app.extensions.setdefault("seminar_concerns", []).append(reader)


def concerns_of_rooms(session: Session, seminar: Seminar, *, now: datetime) -> list[Concern]:
    """Return what those rooms have to say."""
    readers: list[Reader] = current_app.extensions.get("seminar_concerns", [])
    return [concern for reader in readers for concern in reader(session, seminar, now)]


Section = Callable[[Session, Seminar, datetime], Markup]
"""Return HTML that another room adds for those who organize a seminar; empty where it has nothing to say."""


def add_section(app: Flask, section: Section) -> None:
    """Let a room that the seminars do not know show and do something on the overview, the sessions and the settings of a seminar."""
    app.extensions.setdefault("seminar_sections", []).append(section)


def sections_of(session: Session, seminar: Seminar, *, now: datetime) -> list[Markup]:
    """Return what those rooms show."""
    sections: list[Section] = current_app.extensions.get("seminar_sections", [])
    return [html for section in sections if (html := section(session, seminar, now))]


def add_outcome(app: Flask, part: Callable[[Session, Seminar], Markup]) -> None:
    """Let a room that the seminars do not know say on the overview what came of a seminar; empty where it has nothing to say."""
    app.extensions.setdefault("seminar_outcome", []).append(part)


def outcome_of(session: Session, seminar: Seminar) -> list[Markup]:
    """Return what those rooms say."""
    parts: list[Callable[[Session, Seminar], Markup]] = current_app.extensions.get("seminar_outcome", [])
    return [html for part in parts if (html := part(session, seminar))]


Figures = Callable[[Session, Seminar, datetime], Markup]


def add_figures(app: Flask, figures: Figures) -> None:
    """Let a room that the seminars do not know add figures to those of the overview; empty where it has nothing to say."""
    app.extensions.setdefault("seminar_figures", []).append(figures)


def figures_of_rooms(session: Session, seminar: Seminar, *, now: datetime) -> list[Markup]:
    """Return what those rooms show to who organizes the seminar."""
    found: list[Figures] = current_app.extensions.get("seminar_figures", [])
    return [html for figures in found if (html := figures(session, seminar, now))]


class Check(Struct, frozen=True):
    """One item of the checklist before publishing; `sentence` says it in full where the need's label does not name what is wrong.

    `url`: the page where it is done; None where the reader cannot do it.
    """

    need: Need
    done: bool
    url: str | None
    sentence: str | None = None


class People(Struct, frozen=True, kw_only=True):
    """Number of registrations by state, counted by the registration feature; `seats` is the sum of the pools.

    `nominated`: nominations that wait for the organizer.
    `names_asked`: registrations whose official asks for another name.
    `forms`: forms whose button in the mail has not been pressed; they hold no seat.
    `to_phone`: people whom no mail reaches.
    `kept`: seats that are kept for names that are to come or for people who were invited.
    `alternates`: of those who wait, nominations that wait for their agency's seats; `open_free`: free seats that belong to no agency.
    """

    registered: int
    pending: int
    waiting: int
    seats: int
    names_asked: Sequence[uuid.UUID] = ()
    forms: int = 0
    to_phone: int = 0
    nominated: int = 0
    kept: int = 0
    alternates: int = 0
    open_free: int = 0

    @property
    def undecided(self) -> int:
        """Number of those who wait for the organizer's decision."""
        return self.pending + self.nominated


class Overview(Struct, frozen=True):
    """What the overview shows besides the seat meters."""

    step: NextStep
    checks: Sequence[Check]
    dates: Sequence[tuple[str, str]]
    concerns: Sequence[Concern]
    changes: frozenset[Change]
    sessions: int


def overview_of(
    session: Session, seminar: Seminar, *, people: People, coordinators: int, may_organize: bool, is_admin: bool, now: datetime
) -> Overview:
    """Collect the overview. An account that may not organize the seminar gets no concerns and no changes of state."""
    sessions = session.scalar(select(func.count()).where(SeminarSession.seminar_id == seminar.id)) or 0
    for_nobody = quotas_for_nobody(session, seminar)
    office = session.get_one(Office, seminar.office_id)
    needs = needs_before_publishing(
        titles=(seminar.title_es, seminar.title_en),
        sessions=sessions,
        seats=people.seats,
        mode=seminar.registration_mode,
        code=seminar.registration_code,
        for_nobody=len(for_nobody),
        reachable=is_reachable(email=office.email, phone=office.phone),
    )
    step = next_step(seminar, sessions=sessions, now=now)
    concerns = _concerns(seminar, people=people, coordinators=coordinators, for_nobody=for_nobody, step=step, now=now)
    if Need.CONTACT in needs and step in RUNNING:  # of a draft the checklist says it
        silent = _silent(office, is_admin=is_admin)
        concerns.append(Concern(silent, _office_form(office), _("Write them down")) if is_admin else Concern(silent))
    if may_organize:
        concerns = [*_mail_that_waits(session, is_admin=is_admin, now=now), *concerns, *concerns_of_rooms(session, seminar, now=now)]
    return Overview(
        step=step,
        checks=_checks(seminar, needs, for_nobody, office, is_admin=is_admin),
        dates=[(moment.when, moment.what) for moment in moments_to_come(session, [seminar], now=now)[seminar.id]],
        concerns=concerns if may_organize else [],
        changes=frozenset(change for change in Change if state_after(change, seminar.state) is not None) if may_organize else frozenset(),
        sessions=sessions,
    )


ONLY_IF_LACKING = (Need.CODE, Need.QUOTAS, Need.CONTACT)
RUNNING = (NextStep.FILL, NextStep.PREPARE, NextStep.WAIT_TO_OPEN, NextStep.ATTEND)
"""What comes next in a seminar that is published or closed and not over."""


def _checks(
    seminar: Seminar, needs: Sequence[Need], for_nobody: Sequence[QuotaForNobody], office: Office, *, is_admin: bool
) -> list[Check]:
    slug = seminar.slug
    settings = url_for("seminars_staff.settings", slug=slug)
    where: Mapping[Need, str | None] = {
        Need.TITLE: settings,
        Need.SESSIONS: url_for("seminars_staff.sessions", slug=slug),
        Need.SEATS: url_for("registration_staff.seats", slug=slug),
        Need.CODE: settings,
        Need.QUOTAS: url_for("registration_staff.seats", slug=slug),
        Need.CONTACT: _office_form(office) if is_admin else None,
    }
    said = {
        Need.QUOTAS: " ".join(_for_nobody(quota, seminar) for quota in for_nobody),
        Need.CONTACT: _silent(office, is_admin=is_admin),
    }
    return [Check(need, need not in needs, where[need], said.get(need)) for need in Need if need not in ONLY_IF_LACKING or need in needs]


def _for_nobody(quota: QuotaForNobody, seminar: Seminar) -> str:
    sentence: str = ngettext(
        "%(num)d seat is kept for %(agency)s, and nobody can hold it: on %(day)s no agency exists that is %(agency)s or succeeded it.",
        "%(num)d seats are kept for %(agency)s, and nobody can hold them: on %(day)s no agency exists that is %(agency)s or succeeded it.",
        quota.seats,
        agency=quota.agency.code,
        day=long_date(seminar.starts_on),
    )
    return sentence


def _alternates(people: People) -> str:
    """Say that alternates wait beside seats that belong to no agency, and how they get them."""
    free = ngettext("%(num)d free seat belongs to no agency.", "%(num)d free seats belong to no agency.", people.open_free)
    wait = ngettext(
        "%(num)d alternate waits for a seat of the agency, and can have one of these if you let them.",
        "%(num)d alternates wait for seats of their agency, and can have these if you let them.",
        people.alternates,
    )
    return f"{free} {wait}"


def _office_form(office: Office) -> str:
    return url_for("offices_staff.office", code=office.code)


def _silent(office: Office, *, is_admin: bool) -> str:
    """Say what people lack to reach the office, and who can mend it where the reader cannot."""
    values = {"office": office_name(office)}
    if not office.email and not office.phone:
        said = _("%(office)s has neither e-mail address nor phone, so people who need help cannot reach it.", **values)
    elif not office.email:
        said = _("%(office)s has no e-mail address: people cannot write to it, and answers to its mail reach nobody.", **values)
    else:
        said = _("%(office)s has no phone, so people without e-mail cannot reach it.", **values)
    return said if is_admin else " ".join((said, _("Please ask an administrator to write it down.")))


def _mail_that_waits(session: Session, *, is_admin: bool, now: datetime) -> list[Concern]:
    if (sentence := what_waiting_means(session, now)) is None:
        return []
    return [Concern(sentence, url_for("messages_staff.index"), _("See the messages")) if is_admin else Concern(sentence)]


def _concerns(
    seminar: Seminar, *, people: People, coordinators: int, for_nobody: Sequence[QuotaForNobody], step: NextStep, now: datetime
) -> list[Concern]:
    slug = seminar.slug
    found = []
    decides = not is_frozen(seminar.state) and seminar.state is not SeminarState.CANCELLED
    if people.pending and decides:
        waiting = ngettext("%(num)d person waits for your approval.", "%(num)d people wait for your approval.", people.pending)
        found.append(Concern(waiting, url_for("registration_staff.roster", slug=slug, state="pending"), _("Look at them")))
    if people.nominated and decides:
        named = ngettext("%(num)d nomination waits for your decision.", "%(num)d nominations wait for your decision.", people.nominated)
        found.append(Concern(named, url_for("registration_staff.roster", slug=slug, state="nominated"), _("Look at them")))
    if people.names_asked:
        asking = ngettext("%(num)d person asks for another name.", "%(num)d people ask for another name.", len(people.names_asked))
        first = url_for("registration_staff.registration", slug=slug, registration_id=people.names_asked[0].hex)
        found.append(Concern(asking, first, _("Look at it")))
    running = step in RUNNING
    seats = url_for("registration_staff.seats", slug=slug)
    if running:  # of a draft the checklist says it
        found += [Concern(_for_nobody(quota, seminar), seats, _("Look at the seats")) for quota in for_nobody]
    gives = running or seminar.state is SeminarState.DRAFT
    if people.alternates and people.open_free and gives:
        found.append(Concern(_alternates(people), url_for("registration_staff.roster", slug=slug, state="alternate"), _("Look at them")))
    elif people.waiting and people.registered < people.seats and gives:
        stuck = ngettext(
            "%(num)d person waits although there are free seats: the seats are kept for other agencies.",
            "%(num)d people wait although there are free seats: the seats are kept for other agencies.",
            people.waiting,
        )
        if people.registered + people.kept >= people.seats:  # no seat is free: what is not taken is kept
            stuck = ngettext(
                "%(num)d person waits although not all seats are taken: the others are kept for names or for people who were invited.",
                "%(num)d people wait although not all seats are taken: the others are kept for names or for people who were invited.",
                people.waiting,
            )
        found.append(Concern(stuck, seats, _("Look at the seats")))
    days_left = (seminar.starts_on - local_of(now, seminar.time_zone).date()).days
    if running and not coordinators and days_left <= DAYS_TO_FIND_A_COORDINATOR:
        nobody = _("Nobody is assigned to run the door.")
        found.append(Concern(nobody, f"{url_for('seminars_staff.settings', slug=slug)}#coordinators", _("Assign a coordinator")))
    return found
