"""History of the demonstration: two past seminars, what was announced of the one in Cancún, and training that others held."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.people import Directory, Listed
from seminar_app.history import services
from seminar_app.history.rules import ListOutcome, Numbers
from seminar_app.nominations.checking import Standpoint
from seminar_app.nominations.reading_in import proposed_layout
from seminar_app.nominations.services import choose_columns, import_list, keep_list
from seminar_app.nominations.tables import paste_tables
from seminar_app.people.models import Person
from seminar_app.people.rules import Sex
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import ExcusedRule, RegistrationMode
from seminar_app.seminars.services import SeminarDetails

NAMED = {
    "slug": "merida-2012",
    "title_es": "Investigación de la trata de personas",
    "title_en": "Investigating human trafficking",
    "city": "Mérida",
    "starts_on": date(2012, 5, 7),
    "ends_on": date(2012, 5, 9),
}
COUNTED = {
    "slug": "guadalajara-2011",
    "title_es": "Documentos falsos y tráfico de personas",
    "title_en": "False documents and migrant smuggling",
    "city": "Guadalajara",
    "starts_on": date(2011, 9, 20),
    "ends_on": date(2011, 9, 21),
}
COMPLETED, CAME = 11, 3
"""People of the two lists of the seminar in Mérida."""
HEADCOUNTS: Mapping[str, Mapping[Sex | None, Numbers]] = {
    "INM": {Sex.FEMALE: Numbers(9, 9, 8), Sex.MALE: Numbers(14, 12, 11)},
    "PF": {Sex.FEMALE: Numbers(4, 4, 4), Sex.MALE: Numbers(17, 16, 15)},
    "PGJ": {None: Numbers(12, 10, 10)},
}
WHERE_COUNTED = "Informe anual de la oficina, 2011, página 14"
ANNOUNCED = 90
WHERE_ANNOUNCED = "Comunicado de prensa de la Embajada, 6 de junio de 2014: «más de 90 funcionarios»"
ELSEWHERE = (
    services.Training(
        title="Entrevista a víctimas de trata",
        provider="Instituto Nacional de Ciencias Penales",
        place="Ciudad de México",
        country="MX",
        starts_on=date(2013, 10, 14),
        ends_on=date(2013, 10, 18),
        minutes=30 * 60,
    ),
    services.Training(
        title="Human Trafficking Awareness",
        provider="UNODC",
        place="En línea",
        country="MX",
        starts_on=date(2015, 2, 2),
        ends_on=date(2015, 2, 27),
        minutes=12 * 60,
    ),
)
"""The first is approved, the second waits."""


def enter_history(
    session: Session,
    context: ChangeContext,
    *,
    liaison: ChangeContext,
    offices: Mapping[str, int],
    directory: Directory,
    people: Sequence[Listed],
    announced: Seminar,
    chance: random.Random,
) -> None:
    """Enter what was before.

    Args:
        context: of the organizer; `liaison`: of the liaison who reports training.
        people: of PGR, some of whom were in Mérida.
        announced: the seminar of which a number was announced.
    """
    _with_names(session, context, offices, directory, chance.sample(people, COMPLETED + CAME))
    _with_numbers(session, context, offices, directory)
    services.record_announced(
        session, context, seminar_id=announced.id, number=ANNOUNCED, more_than=True, source=WHERE_ANNOUNCED, version=0
    )
    trained = [_record_of(session, each) for each in people[: len(ELSEWHERE)]]
    for number, (person_id, training) in enumerate(zip(trained, ELSEWHERE, strict=True)):
        submission = uuid.UUID(int=chance.getrandbits(128), version=4)
        made = services.report_training(session, liaison, person_id=person_id, submission_id=submission, training=training, approved=False)
        if number == 0:
            services.decide_training(session, context, training_id=made.id, version=made.version, approve=True, reason=None)


def _details(values: Mapping[str, object], offices: Mapping[str, int]) -> SeminarDetails:
    fixed = {
        "office_id": offices["HSI"],
        "country": "MX",
        "time_zone": "America/Mexico_City",
        "registration_mode": RegistrationMode.NOMINATION,
        "excused_rule": ExcusedRule.NOT_COUNTED,
    }
    return SeminarDetails(**{**values, **fixed})  # type: ignore[arg-type]


def _with_names(
    session: Session, context: ChangeContext, offices: Mapping[str, int], directory: Directory, people: Sequence[Listed]
) -> None:
    seminar = services.record_past_seminar(session, context, details=_details(NAMED, offices), minutes=22 * 60, named=True, demo=True)
    outcomes: dict[uuid.UUID | None, ListOutcome] = {}
    lists = {"merida-constancias.csv": people[:COMPLETED], "merida-solo-asistieron.csv": people[COMPLETED:]}
    for (name, some), outcome in zip(lists.items(), (ListOutcome.COMPLETED, ListOutcome.ATTENDED), strict=True):
        outcomes[_bring(session, context, seminar, agency_id=directory.id_of("PGR"), name=name, people=some)] = outcome
    services.settle_outcomes(session, context, seminar_id=seminar.id, outcomes=outcomes)


def _bring(session: Session, context: ChangeContext, seminar: Seminar, *, agency_id: int, name: str, people: Sequence[Listed]) -> uuid.UUID:
    """Bring a list as it would be pasted from a spreadsheet."""
    rows = [("Nombre(s)", "Primer apellido", "Segundo apellido", "Correo", "Sexo", "Cargo")]
    for each in people:
        data = each.data
        sex = {Sex.FEMALE: "M", Sex.MALE: "H"}.get(data.sex, "") if data.sex else ""
        rows.append((data.given_names, data.surname1, data.surname2 or "", data.email or "", sex, each.nominee.position or ""))
    content = "\n".join("\t".join(row) for row in rows)
    tables = paste_tables(content)
    made = keep_list(
        session,
        context,
        seminar=seminar,
        agency_id=agency_id,
        name=name,
        content=content.encode(),
        tables=tables,
        layout=proposed_layout(session, tables, agency_id),
        submission_id=uuid.uuid4(),
    )
    choose_columns(session, context, seminar=seminar, public_id=made.public_id, said={})
    import_list(session, context, seminar=seminar, public_id=made.public_id, standpoint=Standpoint(true(), None), language="es")
    return made.public_id


def _with_numbers(session: Session, context: ChangeContext, offices: Mapping[str, int], directory: Directory) -> None:
    seminar = services.record_past_seminar(session, context, details=_details(COUNTED, offices), minutes=15 * 60, named=False, demo=True)
    for code, numbers in HEADCOUNTS.items():
        services.save_headcount(
            session, context, seminar_id=seminar.id, agency_id=directory.id_of(code), numbers=numbers, source=WHERE_COUNTED
        )


def _record_of(session: Session, person: Listed) -> int:
    return session.scalars(select(Person.id).where(Person.email == person.data.email, Person.merged_into_id.is_(None))).first() or 0
