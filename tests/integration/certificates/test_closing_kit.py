"""The closing kit: what is in it, in both languages; nobody of another agency in a folder; nothing of a reserved identity but its code."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import RoleGrant
from seminar_app.attendance.services.participations import freeze
from seminar_app.certificates.closing_kit import archive, kit_job
from seminar_app.certificates.closing_kit.asked import Asked
from seminar_app.certificates.errors import KitTooLarge, NobodyOfAgency, NoKitYet
from seminar_app.certificates.services import revoke
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.long_jobs.rules import JobState
from seminar_app.long_jobs.running import run_waiting
from seminar_app.long_jobs.services import ask_to_cancel
from seminar_app.paper.models import PrintedSheet
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.services.reserving import reserve
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from tests.conftest import NOW
from tests.support.closing_kit import SECRET, WHO, Closed, canary, closed_seminar, words_of
from tests.support.context import context
from tests.support.factories import Make
from tests.support.feedback import hold

PGR, INM = "PGR - Procuraduria General de la Republica", "INM - Instituto Nacional de Migracion"
FOLDERS = {"PGR": PGR, "INM": INM, "ROO": "PGJ-ROO - Fiscalia de ROO", "YUC": "PGJ-YUC - Fiscalia de YUC"}


@pytest.fixture
def closed(app: Flask, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch) -> Closed:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return closed_seminar(app, make, session)


def test_the_whole_kit_in_order_with_plain_names(closed: Closed) -> None:
    closed.make.account((RoleName.LIAISON, {"agency_id": closed.agencies["PGR"].id}), name="Laura Enlace")
    found = closed.kit("es")
    assert sorted(name for name in found if "/" not in name) == [
        *("00 LEAME.txt", "01 participantes.pdf", "02 asistencia.xlsx", "03 asistencia.pdf", "04 horas.csv", "06 hojas de firmas.pdf")
    ]
    assert sorted({name.partition("/")[0] for name in found if "/" in name}) == sorted([*FOLDERS.values(), "PGJ - Dependencia PGJ"])
    assert sorted(name for name in found if name.startswith(PGR)) == [
        f"{PGR}/asistencia.csv",
        f"{PGR}/asistencia.xlsx",
        f"{PGR}/carta.txt",
        f"{PGR}/constancias/Pgrcanaria, Ana - {closed.certificates['PGR'].number:06}.pdf",
    ]
    assert all(name.isascii() for name in found)
    readme = words_of("", found["00 LEAME.txt"])
    for said in (
        *("PAQUETE DE CIERRE", "Trata de personas", "Oficina de Cancún", "80 %", "Horas-persona", f"{PGR}/", "04 horas.csv"),
        *("Faltan 2 constancias de identidades reservadas", "El seminario no tuvo evaluación.", "Nadie tiene cuenta de enlace de"),
    ):
        assert said in " ".join(readme.split()), said
    (line,) = [line.split() for line in readme.splitlines() if line.startswith("Total ")]
    assert line == ["Total", "6", "6", "6", "36"]


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_folder_has_its_agencys_people_only_and_no_file_names_a_reserved_person(closed: Closed, language: str) -> None:
    found = closed.kit(language)
    said = {name: words_of(name, content) for name, content in found.items()}
    for who, folder in FOLDERS.items():
        theirs = {name: words for name, words in said.items() if name.startswith(f"{folder}/")}
        assert len(theirs) == 4
        assert {name for name, words in theirs.items() if canary(who) in words} == set(theirs) - {f"{folder}/carta.txt"}
        for other in set(WHO) - {who}:
            assert [name for name, words in theirs.items() if canary(other) in words or f"PGJ-{other}" in words] == []
    assert [(name, secret) for name, words in said.items() for secret in SECRET if secret.casefold() in words.casefold()] == []
    pgr, roo = closed.codes
    assert {name.partition("/")[0] for name, words in said.items() if pgr in words and "/" in name} == {PGR}
    assert {name.partition("/")[0] for name, words in said.items() if roo in words and "/" in name} == {"PGJ - Dependencia PGJ"}
    numbers = [f"{closed.certificates[who].number:06}" for who in ("oculta0", "oculta1")]
    assert [name for name in found for number in numbers if number in name] == []


def test_the_letter_is_in_the_offices_language_and_counts_her_people(app: Flask, make: Make, session: Session, closed: Closed) -> None:
    make.account((RoleName.LIAISON, {"agency_id": closed.agencies["PGR"].id}), name="Laura Enlace")
    letter = " ".join(words_of("", closed.kit("en")[f"{PGR}/carta.txt"]).split())
    for said in (
        *("Asunto: resultado del seminario Trata de personas, 3 al 5 de junio de 2026", "Laura Enlace", "Cancún, México"),
        *("se inscribieron 2 personas", "Asistieron 2", "Concluyeron el seminario 2", "1 constancia en PDF"),
        *("No se adjunta 1 constancia de una identidad reservada", "http://localhost/verify", "Atentamente, Oficina de Cancún"),
        *(closed.office.email or "", "55 5080 2000"),
    ):
        assert said in letter, said


def test_tables_are_those_of_the_exports(closed: Closed) -> None:
    found = closed.kit("es")
    book = openpyxl.load_workbook(io.BytesIO(found[f"{PGR}/asistencia.xlsx"]))
    assert book.sheetnames[:2] == ["Resumen por dependencia", "Personas"]
    rows = list(csv.reader(io.StringIO(found["04 horas.csv"].decode("utf-8-sig"))))
    assert rows[0][-4:] == ["Minutos acreditados", "Minutos de contacto", "Porcentaje", "Concluido"]
    assert [row[-4:] for row in rows[1:]] == [["360", "360", "100.0", "sí"]] * 6
    theirs = list(csv.reader(io.StringIO(found[f"{INM}/asistencia.csv"].decode("utf-8-sig"))))
    assert [row[2] for row in theirs[1:]] == [canary("INM")]


def test_one_agencys_folder_alone_and_without_certificates(closed: Closed) -> None:
    found = closed.kit("es", agency=closed.agencies["INM"].id)
    assert {name.partition("/")[0] for name in found} == {INM}
    assert len(found) == 4
    assert [name for name in closed.kit("es", certificates=False) if "constancias" in name] == []
    assert _refused(closed, agency=0) == NobodyOfAgency.sentence


def test_revoked_and_unset_certificates_are_left_out_and_counted(closed: Closed) -> None:
    with unit_of_work(closed.session) as work:
        one = closed.certificates["INM"]
        revoke(work, context(NOW), seminar_id=closed.seminar.id, public_id=one.public_id, reason="Error")
        work.merge(closed.certificates["YUC"]).file_id = None
    found = closed.kit("es")
    assert sorted(name.partition("/")[0] for name in found if "/constancias/" in name) == [FOLDERS["ROO"], PGR]
    assert "El PDF de 1 constancia aún no está hecho" in " ".join(words_of("", found["00 LEAME.txt"]).split())


def test_what_is_missing_is_named(closed: Closed) -> None:
    """Somebody without sex and agency, who has no folder; and a session without marks."""
    make, seminar = closed.make, closed.make.seminar(office=closed.office, seats=5, title_es="Otro", title_en="Another")
    make.seminar_session(seminar, title_es="Nunca", title_en="Never")
    pool = make.pool(seminar, closed.agencies["PGR"], 3)
    make.registration(seminar, make.person("Eva", "Sinsexo", None), pool=pool, agency_text="Mi oficina")
    closed.seminar = _completed(closed, seminar)
    said = " ".join(words_of("", closed.kit("en")["00 README.txt"]).split())
    for sentence in (
        "Session 1 (Never, Wednesday, June 3, 2026, 9:00) has no attendance.",
        "The sex of 1 person is not known: Sinsexo, Eva.",
    ):
        assert sentence in said
    assert "1 person has no agency of the directory, so no folder is theirs: Sinsexo, Eva." in said


def test_sheets_that_were_printed_are_not_numbered_anew(closed: Closed) -> None:
    closed.kit("es")
    numbers = select(PrintedSheet.number).order_by(PrintedSheet.number)
    closed.session.rollback()
    assert closed.session.scalars(numbers).all() == [1, 2]
    closed.kit("en")
    closed.session.rollback()
    assert closed.session.scalars(numbers).all() == [1, 2]


def test_before_completion_there_is_none(closed: Closed) -> None:
    seminar = closed.make.seminar(office=closed.office)
    with pytest.raises(NoKitYet), unit_of_work(closed.session) as work:
        kit_job.begin_kit(work, context(NOW), seminar=seminar, asked=Asked("es"))


def test_a_kit_that_is_too_large_says_what_to_ask_for_instead(closed: Closed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_MADE", 1_000)
    assert _refused(closed) == KitTooLarge.sentence


def test_the_evaluation_is_in_it_from_five_answers_on(closed: Closed) -> None:
    """Answered while the seminar ran; of fewer than five answers the text says only that they are too few."""
    answered = {number: _evaluated(closed, answers=number) for number in (4, 5)}
    for number, seminar in answered.items():
        closed.seminar = seminar
        found = closed.kit("en")
        assert ("05 evaluation.xlsx" in found) is (number == 5)
        too_few = "The evaluation has fewer than five answers, so its results are not in the kit."
        assert (too_few in " ".join(words_of("", found["00 README.txt"]).split())) is (number == 4)


def test_a_cancelled_kit_and_one_of_somebody_who_may_no_longer(closed: Closed) -> None:
    for end in ("cancelled", "no longer"):
        job = closed.begin().public_id
        closed.session.rollback()
        with unit_of_work(closed.session) as work:
            if end == "cancelled":
                ask_to_cancel(work, context(NOW), public_id=job)
            else:
                work.execute(delete(RoleGrant).where(RoleGrant.user_account_id == closed.organizer.id))
        closed.session.rollback()
        run_waiting(closed.app)
        assert (closed.job(job).state, closed.job(job).file_id) == (JobState.CANCELLED if end == "cancelled" else JobState.FAILED, None)


def test_a_kit_goes_when_somebody_in_it_becomes_reserved(closed: Closed) -> None:
    job = closed.begin().public_id
    closed.session.rollback()
    run_waiting(closed.app)
    assert closed.job(job).file_id is not None
    with unit_of_work(closed.session) as work:
        one = closed.people["INM"]
        reserve(work, context(NOW), person_id=one.person_id, reason=ReservedReason.AGENCY_REQUEST, seminar=closed.seminar.slug)
    assert closed.job(job).file_id is None
    said = {name: words_of(name, content) for name, content in closed.kit("es").items()}
    assert [name for name, words in said.items() if canary("INM") in words] == []


def _refused(closed: Closed, **asked: int) -> str:
    """Return the sentence with which a kit is refused. No file is kept."""
    job = closed.begin("es", **asked).public_id
    closed.session.rollback()
    run_waiting(closed.app)
    ended = closed.job(job)
    assert (ended.state, ended.file_id) == (JobState.FAILED, None)
    return str(ended.outcome["sentence"])


def _evaluated(closed: Closed, *, answers: int) -> Seminar:
    """Hold a seminar whose evaluation so many people answer, and complete it."""
    held = hold(closed.make, people=6, office=closed.office)
    held.open(NOW)
    for number in range(answers):
        held.answer(number)
    return _completed(closed, held.seminar)


def _completed(closed: Closed, seminar: Seminar) -> Seminar:
    with unit_of_work(closed.session) as work:
        work.get_one(Seminar, seminar.id).state = SeminarState.COMPLETED
        work.flush()
        freeze(work, context(NOW), seminar.id)
    return seminar
