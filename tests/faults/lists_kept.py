"""Agencies' lists that are kept already, to be brought by many at once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.nominations.models import NominationList
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.services import choose_columns, keep_list
from seminar_app.nominations.tables import paste_tables
from seminar_app.seminars.models import Seminar
from tests.support.context import context

HEADINGS = ("Nombre", "Apellido paterno", "Apellido materno", "Correo", "CURP")
Person = tuple[str, str]
"""Given name, and CURP or nothing."""


def cells_of(people: Sequence[Person]) -> str:
    """Return the cells of a list about people with these given names."""
    rows = ((given, "López", "Ibáñez", f"{given.lower()}@pgr.example", curp) for given, curp in people)
    return "\n".join("\t".join(row) for row in (HEADINGS, *rows))


def kept_in(work: Session, seminar: Seminar, agency_id: int, people: Sequence[Person], *, now: datetime) -> NominationList:
    """Keep a list in an open unit of work."""
    cells = cells_of(people)
    tables = paste_tables(cells)
    return keep_list(
        work,
        context(now),
        seminar=seminar,
        agency_id=agency_id,
        name="",
        content=cells.encode(),
        tables=tables,
        layout=proposed_layout(work, tables, agency_id),
        submission_id=uuid.uuid4(),
    )


def keep(session: Session, seminar: Seminar, agency_id: int, people: Sequence[Person], *, now: datetime) -> NominationList:
    """Keep a list with its columns confirmed."""
    with unit_of_work(session) as work:
        made = kept_in(work, seminar, agency_id, people, now=now)
        choose_columns(work, context(now), seminar=seminar, public_id=made.public_id, said={})
    return made
