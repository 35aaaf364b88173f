"""A list as an account sees it now: read once, for its page and for the file that goes back to the agency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy.orm import Session

from seminar_app.agencies.queries import AgencyChoice, all_agencies
from seminar_app.core.actor import Actor
from seminar_app.nominations import queries, services
from seminar_app.nominations.checking import CheckedRow, check
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.queries import Nominating
from seminar_app.nominations.shapes import Reading, Tables
from seminar_app.nominations.work import Work, reading_of


class Looked(Struct, frozen=True):
    """A list as it was read, what people have said about it, and what would become of each row."""

    tables: Tables
    work: Work
    reading: Reading
    rows: list[CheckedRow]
    agencies: Mapping[int, AgencyChoice]
    """The whole directory by id."""


def look(session: Session, actor: Actor, who: Nominating, found: NominationList, *, now: datetime) -> Looked:
    """Return what would become of each row of a list now.

    Raises:
        ListGone: what the file held is no longer kept.
    """
    tables, work = services.tables_of(session, found), services.work_of(session, found)
    reading = reading_of(tables, work, today=now.date())
    rows = check(
        session,
        seats=queries.seats_now(session, who),
        of=found,
        reading=reading,
        choices=work.choices,
        standpoint=queries.standpoint_of(session, actor, who),
        language=who.language,
        now=now,
        to_organizer=work.to_organizer,
        addresses=work.addresses,
    )
    return Looked(tables, work, reading, rows, all_agencies(session, with_aliases=False))
