"""Offices and accounts of the demonstration. The README prints their password, so production does not start over them."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.services import create_account, give_role
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.content import NOTICE_EN, NOTICE_ES, NOTICE_OF, OFFICES
from seminar_app.demo.people import Directory
from seminar_app.demo.state import ACCOUNTS, PASSWORD
from seminar_app.offices.models import Office
from seminar_app.offices.services import create_office, publish_notice
from seminar_app.sign_in.hashing import hash_password

NAMES = {
    "organizer": "Laura Bennett",
    "coordinator": "Miguel Ángel Toledo",
    "liaison.pgr": "Patricia Cárdenas",
    "liaison.inm": "Jorge Alberto Pino",
    "auditor": "Susan Whitfield",
    "admin": "Elena Robles",
}


class DemoAccounts(Struct, frozen=True):
    """The accounts that act in the demonstration's story."""

    organizer: Actor
    coordinator: Actor
    liaison: Actor
    """Of PGR's successor."""

    def coordinate(self, session: Session, context: ChangeContext, *, seminar_id: int) -> None:
        """Assign the coordinator to a seminar."""
        give_role(session, context, account_id=self.coordinator.user_id, grant=Grant(RoleName.COORDINATOR, seminar_id=seminar_id))


def make_offices(session: Session, context: ChangeContext) -> dict[str, int]:
    """Add the missing host offices, one with its own words in the privacy notice; return all office ids by code."""
    made: dict[str, int] = {row.code: row.id for row in session.execute(select(Office.code, Office.id))}
    for text in OFFICES:
        if text.code in made:
            continue
        office = create_office(
            session,
            context,
            code=text.code,
            name_es=text.name_es,
            name_en=text.name_en,
            city=text.city,
            country="MX",
            email=text.email,
            phone=text.phone,
            language="es",
            time_zone="America/Mexico_City",
        )
        made[text.code] = office.id
        if text.code == NOTICE_OF:
            publish_notice(session, context, office_id=office.id, text_es=NOTICE_ES, text_en=NOTICE_EN, opened=0)
    return made


def make_accounts(session: Session, context: ChangeContext, *, offices: dict[str, int], directory: Directory) -> DemoAccounts:
    """Add an account for each role."""
    grants = {
        "organizer": [Grant(RoleName.ORGANIZER, office_id=offices["HSI"]), Grant(RoleName.ORGANIZER, office_id=offices["OPDAT"])],
        "coordinator": [Grant(RoleName.COORDINATOR)],
        "liaison.pgr": [Grant(RoleName.LIAISON, agency_id=directory.id_of("FGR"))],
        "liaison.inm": [Grant(RoleName.LIAISON, agency_id=directory.id_of("INM"))],
        "auditor": [Grant(RoleName.AUDITOR)],
        "admin": [Grant(RoleName.ADMIN)],
    }
    hashed = hash_password(PASSWORD)
    actors = {}
    for shown in ACCOUNTS:
        language = "es" if shown.name.startswith("liaison") or shown.name == "coordinator" else "en"
        account = create_account(
            session,
            context,
            email=shown.email,
            name=NAMES[shown.name],
            language=language,
            grants=grants[shown.name],
            password_hash=hashed,
            invite=False,
        )
        actors[shown.name] = Actor(
            user_id=account.id, public_id=account.public_id, name=account.name, language=language, grants=tuple(grants[shown.name])
        )
    return DemoAccounts(organizer=actors["organizer"], coordinator=actors["coordinator"], liaison=actors["liaison.pgr"])
