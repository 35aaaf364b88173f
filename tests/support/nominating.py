"""Lists of agencies, as an upload leaves them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.core import clock
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.services import keep_list
from seminar_app.nominations.tables import paste_tables
from seminar_app.seminars.models import Seminar
from tests.support.context import context

HEADINGS = ("Nombre(s)", "Primer apellido", "Segundo apellido", "Correo", "Cargo")
ROSA = ("Rosa", "Ortega", "Luna", "rosa.ortega@pgr.example", "Fiscal")


def cells(*rows: Iterable[str], headings: Iterable[str] = HEADINGS) -> str:
    """Return rows as they are copied from a spreadsheet."""
    return "\n".join("\t".join(row) for row in (headings, *rows)) + "\n"


def keep_cells(
    session: Session,
    seminar: Seminar,
    agency: Agency | None,
    text: str,
    *,
    name: str = "lista.csv",
    confirmed: bool = True,
    at: datetime | None = None,
) -> NominationList:
    """Keep a list of these cells, with its columns confirmed or not."""
    tables = paste_tables(text)
    with unit_of_work(session) as work:
        agency_id = agency.id if agency is not None else None
        made = keep_list(
            work,
            replace(context(at or clock.now()), actor="account:somebody"),
            seminar=seminar,
            agency_id=agency_id,
            name=name,
            content=text.encode(),
            tables=tables,
            layout=proposed_layout(work, tables, agency_id),
            submission_id=uuid.uuid4(),
        )
        made.confirmed_at = (at or clock.now()) if confirmed else None
        public_id = made.public_id
    return session.scalars(select(NominationList).where(NominationList.public_id == public_id)).one()
