"""Offices and agencies of the years of training, and what becomes of the agencies."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.agencies.models import Agency
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.agencies.services import AgencyFacts, End, add_agency, edit_agency, retire_agency, seed_directory
from seminar_app.core.change_context import ChangeContext
from seminar_app.offices.models import Office
from tests.support.context import context

OFFICES = (("HSI", "MX"), ("OPDAT", "US"), ("INL", "US"), ("ICITAP", "GT"))
AGENCIES = (
    ("PM-CUN", AgencyLevel.MUNICIPAL, "Quintana Roo"),
    ("SSP", AgencyLevel.STATE, "Yucatan"),
    ("SSP-A", AgencyLevel.OTHER, None),
    ("SSP-B", AgencyLevel.OTHER, None),
    ("UNO", AgencyLevel.FEDERAL, None),
    ("DOS", AgencyLevel.FEDERAL, None),
    ("TRES", AgencyLevel.FEDERAL, None),
    ("CUATRO", AgencyLevel.FEDERAL, None),
)
"""Beside those of the directory that the program brings."""


def begin(session: Session) -> list[int]:
    """Add the directory and the offices; return the ids of these."""
    when = context(datetime(2013, 1, 1, tzinfo=UTC))
    seed_directory(session, when)
    for code, level, state in AGENCIES:
        facts = AgencyFacts(
            name_es=f"Dependencia {code}", name_en=f"Agency {code}", level=level, country="MX", state=state, parent_id=None, valid_from=None
        )
        add_agency(session, when, code=code, facts=facts)
    offices = []
    for code, country in OFFICES:
        names = {"name_es": f"Oficina {code}", "name_en": f"Office {code}", "email": f"{code.lower()}@office.example"}
        offices.append(Office(public_id=uuid.uuid4(), code=code, country=country, phone="+525550802000", **names))
    session.add_all(offices)
    session.flush()
    return [each.id for each in offices]


def change_agencies(session: Session, when: ChangeContext) -> None:
    """Give agencies another group, another state and name, two successors, a row of successors, and one that comes later."""
    ids = {row.code: row.id for row in session.scalars(select(Agency))}
    _edit(session, when, ids["PM-CUN"], parent_id=ids["FGE-ROO"])
    _edit(session, when, ids["SSP"], state="Yucatán", name_es="Secretaría de Seguridad de Yucatán")
    for code, end, successors in (
        ("SSP", End(last_day=date(2024, 5, 31)), ("SSP-A", "SSP-B")),
        ("UNO", End(year=2020), ("DOS",)),
        ("DOS", End(last_day=date(2025, 1, 31)), ("TRES",)),
        ("TRES", End(last_day=date(2199, 12, 31)), ("CUATRO",)),
    ):
        retire_agency(session, when, agency_id=ids[code], end=end, successor_ids=[ids[each] for each in successors])


def _edit(session: Session, when: ChangeContext, agency_id: int, **changed: Any) -> None:
    agency = session.get_one(Agency, agency_id)
    facts = {name: getattr(agency, name) for name in AgencyFacts.__struct_fields__}
    edit_agency(session, when, agency_id=agency_id, version=agency.version, facts=AgencyFacts(**facts | changed))
