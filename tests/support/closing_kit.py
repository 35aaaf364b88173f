"""A completed seminar of several agencies, whose every person is a canary, and its closing kit read back file by file."""

from __future__ import annotations

import io
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.agencies.models import Agency
from seminar_app.agencies.rules import AgencyLevel
from seminar_app.certificates.closing_kit.asked import Asked
from seminar_app.certificates.closing_kit.kit_job import begin_kit
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.setting import Setter, keep_set
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.files import MadeFile, find_file
from seminar_app.long_jobs.models import LongJob
from seminar_app.long_jobs.running import run_waiting
from seminar_app.offices.models import Office
from seminar_app.people.rules import ReservedReason, Sex
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import SeatPool, Seminar, SeminarSession
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make
from tests.support.pdf import text_of

WHO = ("PGR", "INM", "ROO", "YUC")
"""One canary each: «Pgrcanaria», of the agencies PGR, INM, PGJ-ROO and PGJ-YUC."""
SECRET = ("Oculta", "Velada", "Xochicanaria", "Tlalicanaria", "Canaricultora", "plumado")
"""Of two people whose identity is reserved: of PGR, and of PGJ-ROO, whose name tells a state."""


def canary(of: str) -> str:
    return f"{of.capitalize()}canaria"


@dataclass
class Closed:
    """A completed seminar, its organizer, and its people by agency; `hidden` are of PGR and PGJ-ROO."""

    app: Flask
    make: Make
    session: Session
    office: Office
    seminar: Seminar
    organizer: UserAccount
    agencies: dict[str, Agency]
    people: dict[str, Registration]
    hidden: list[Registration] = field(default_factory=list)
    certificates: dict[str, Certificate] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        return [f"R-{each.reserved_code}" for each in self.hidden]

    def begin(self, language: str = "es", **asked: Any) -> LongJob:
        """Press the button."""
        actor = f"account:{self.organizer.public_id.hex}"
        with unit_of_work(self.session) as work:
            seminar = work.get_one(Seminar, self.seminar.id)
            return begin_kit(work, context(clock.now(), actor), seminar=seminar, asked=Asked(language, **asked))

    def job(self, public_id: uuid.UUID) -> LongJob:
        self.session.rollback()
        return self.session.scalars(select(LongJob).where(LongJob.public_id == public_id).execution_options(populate_existing=True)).one()

    def file(self, public_id: uuid.UUID) -> MadeFile:
        with self.app.app_context():
            made = find_file(self.session, self.job(public_id), now=clock.now())
        assert made is not None
        return made

    def kit(self, language: str = "es", **asked: Any) -> dict[str, bytes]:
        """Make a kit, and return its files by name."""
        job = self.begin(language, **asked).public_id
        self.session.rollback()
        run_waiting(self.app)
        return files_of(self.file(job).content)

    def set(self, *who: str) -> None:
        """Set the PDFs of these people's certificates, as the worker does."""
        self.session.rollback()
        with self.app.app_context():
            setter = Setter(self.session)
            pages = [setter.set(self.session.get_one(Certificate, self.certificates[each].id)) for each in who]
        self.session.rollback()
        with unit_of_work(self.session) as work:
            keep_set(work, context(NOW), [page for page in pages if page is not None])


def closed_seminar(app: Flask, make: Make, session: Session, *, language: str = "es") -> Closed:
    """Complete a seminar of two sessions with a canary of each agency, two reserved ones, and a certificate for each."""
    office = make.office(code="HSI", name_es="Oficina de Cancún", name_en="Cancun Office", language=language)
    seminar = make.seminar(office=office, slug="cancun-2026", title_es="Trata de personas", title_en="Trafficking in persons", seats=0)
    agencies, pgj = _agencies(make), make.agency("PGJ", level=AgencyLevel.STATE)
    for state in ("ROO", "YUC"):
        named = {"name_es": f"Fiscalía de {state}", "name_en": f"Office of {state}", "state": state, "level": AgencyLevel.STATE}
        agencies[state] = make.agency(f"PGJ-{state}", parent=pgj, **named)
    pool = make.pool(seminar, agencies["PGR"], 20)
    held = [make.seminar_session(seminar, title_es="Inauguración", title_en="Opening"), make.seminar_session(seminar, day=1)]
    people = {who: _registered(make, seminar, pool, agencies[who], "Ana", canary(who), sex=Sex.FEMALE) for who in WHO}
    reserved: dict[str, Any] = {"reserved": True, "reserved_reason": ReservedReason.OWN_REQUEST}
    told = {"position": "Canaricultora", "rank": "Rango plumado"}
    hidden = [
        _registered(make, seminar, pool, agencies["PGR"], "Oculta", "Xochicanaria", told=told, **reserved),
        _registered(make, seminar, pool, agencies["ROO"], "Velada", "Tlalicanaria", told=told, **reserved),
    ]
    _mark(make, [*people.values(), *hidden], held)
    organizer = make.account((RoleName.ORGANIZER, {"office_id": office.id}), name="Rosa Organizadora")
    made = Closed(app, make, session, office, seminar, organizer, agencies, people, hidden)
    for who, registration in people.items():
        made.certificates[who] = make.certificate(registration)
    for number, registration in enumerate(hidden):
        made.certificates[f"oculta{number}"] = make.certificate(registration)
    made.set(*made.certificates)
    return made


def _agencies(make: Make) -> dict[str, Agency]:
    return {
        "PGR": make.agency("PGR", name_es="Procuraduría General de la República", name_en="Attorney General's Office"),
        "INM": make.agency("INM", name_es="Instituto Nacional de Migración", name_en="Migration Institute"),
    }


def _registered(
    make: Make,
    seminar: Seminar,
    pool: SeatPool,
    agency: Agency,
    given: str,
    surname: str,
    *,
    told: dict[str, Any] | None = None,
    **person: Any,
) -> Registration:
    return make.registration(seminar, make.person(given, surname, None, **person), agency=agency, pool=pool, **told or {})


def _mark(make: Make, people: list[Registration], held: list[SeminarSession]) -> None:
    for registration in people:
        for each in held:
            make.mark(registration, each)


def files_of(content: bytes) -> dict[str, bytes]:
    """Return the files of a ZIP by name; its checksums are right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def words_of(name: str, content: bytes) -> str:
    """Return all that a file says, with its name and what stands about it beside its pages."""
    if name.endswith(".pdf"):
        return f"{name} {text_of(content)}"
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = (str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None)
        parts = (archived.decode("utf-8", "replace") for part, archived in files_of(content).items() if part.endswith(".xml"))
        return " ".join((name, *book.sheetnames, *cells, *parts))
    return f"{name} {content.decode('utf-8-sig')}"
