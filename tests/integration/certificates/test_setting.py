"""The PDF of a certificate: set once, whoever tries; read back by other programs; never without a name that can be read."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from seminar_app.certificates.documents import TEMPLATE, certificate
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.printed import Printed, Signer
from seminar_app.certificates.queries import pdf_of, printed_of
from seminar_app.certificates.rules import CertificateLanguage
from seminar_app.certificates.services import forget_certificates, reissue
from seminar_app.certificates.setting import SET, Setter, keep_set, missing
from seminar_app.core.pdf import typeset
from seminar_app.core.sealed_files import SealedFile
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.core.values import replace
from tests.conftest import NOW
from tests.support.context import context
from tests.support.factories import Make
from tests.support.issuing import Finished, finished
from tests.support.pdf import codes_in, facts_of, faults_of, structure_of, text_of

ADDRESS = "https://constancia.example"
HOSTS = (
    ("Investigaciones de Seguridad Nacional", "Homeland Security Investigations"),
    ("Oficina de Asuntos Antinarcóticos", "Bureau of International Narcotics"),
)
LONG = "Maximiliana-Guadalupe de los Santos Reyes y de la Santísima Trinidad Fernández-Villaseñor Pérez de León Argüelles y Zumalacárregui"
PRINTED = Printed(
    number=123,
    letters="BCDFGHJK",
    languages=("es",),
    name="Rosa María Hernández López",
    given_names="Rosa María",
    surname1="Hernández",
    surname2="López",
    seminar_es="Trata de personas",
    seminar_en="Trafficking in persons",
    hosts=HOSTS,
    city="Cancún",
    country="MX",
    first_day=date(2014, 6, 3),
    last_day=date(2014, 6, 5),
    issued_on=date(2014, 6, 12),
    minutes=1290,
    contact_minutes=1440,
    signers=(Signer("Laura Jiménez Prado", "Agregada", "Attaché", *HOSTS[0]),),
    paper="us-letter",
)
BOTH = replace(PRINTED, languages=("es", "en"), paper="a4")


@pytest.fixture
def three(make: Make, session: Session) -> Finished:
    return finished(make, session, ("Rosa", "Hernández", "López"), ("Siobhán", "O’Brien", None), ("小龍", "李", None))


def page(app: Flask, printed: Printed) -> bytes:
    with app.app_context():
        made = certificate(printed, public_url=ADDRESS, pictures={})
        return typeset(TEMPLATE, made, made_at=datetime(2014, 6, 12, tzinfo=UTC))


def languages_in(content: bytes) -> set[str]:
    """Return the languages that parts of a PDF are marked with, and the document's own."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    opened = [content]
    for each in streams:
        with suppress(zlib.error):
            opened.append(zlib.decompress(each))
    return {found.decode() for each in opened for found in re.findall(rb"/Lang ?\((\w+)\)", each)}


def set_all(three: Finished) -> list[bool]:
    """Set what is missing, and return of each whether its name has gaps."""
    three.session.rollback()
    setter = Setter(three.session)
    pages = [setter.set(three.session.get_one(Certificate, each)) for each in missing(three.session, three.seminar.id)]
    three.session.rollback()
    with unit_of_work(three.session) as work:
        keep_set(work, context(NOW), [each for each in pages if each is not None])
    return [each.gaps for each in pages if each is not None]


@pytest.mark.sqlite_only
@pytest.mark.parametrize("printed", [PRINTED, BOTH, replace(PRINTED, name=LONG), replace(BOTH, name="محمد بن عبد الله", signers=())])
def test_a_certificate_is_one_page_that_every_reader_can_use(app: Flask, printed: Printed, tmp_path: Path) -> None:
    content = page(app, printed)

    assert facts_of(content)["Pages"] == "1"
    assert facts_of(content)["Tagged"] == "yes"
    assert faults_of({"certificate": content}, tmp_path) == ""
    assert codes_in(content) == [f"{ADDRESS}/verify/000123-BCDF-GHJK"]
    assert structure_of(content).count("H1") == 1


@pytest.mark.sqlite_only
def test_it_says_who_did_what_where_and_how_long_and_who_signs(app: Flask) -> None:
    text = " ".join(text_of(page(app, PRINTED)).split())

    for said in (
        "Investigaciones de Seguridad Nacional",
        "Otorgan la presente constancia a",
        "Rosa María Hernández López",
        "por haber concluido el seminario",
        "Trata de personas",
        "Cancún, México",
        "3 al 5 de junio de 2014",
        "Asistencia acreditada: 21 horas 30 minutos de 24 horas",
        "Laura Jiménez Prado",
        "Agregada",
        "000123-BCDF-GHJK",
        "12 de junio de 2014",
        "constancia.example/verify/000123-BCDF-GHJK",
    ):
        assert said in text
    assert "award" not in text


@pytest.mark.sqlite_only
def test_in_both_languages_each_part_says_which_it_is(app: Flask) -> None:
    content = page(app, BOTH)
    text = " ".join(text_of(content).split())

    for said in ("Otorgan la presente constancia a", "award this certificate to", "June 3–5, 2014", "Trafficking in persons", "Attaché"):
        assert said in text
    assert text.count("Rosa María Hernández López") == 1
    assert languages_in(content) == {"es", "en"}


@pytest.mark.sqlite_only
def test_the_title_of_the_file_names_no_person(app: Flask) -> None:
    assert facts_of(page(app, PRINTED))["Title"] == "Constancia 000123-BCDF-GHJK · Trata de personas"


@pytest.mark.sqlite_only
def test_a_long_name_is_never_cut(app: Flask) -> None:
    worst = replace(BOTH, name=f"{LONG} {'X' * 90} {'Z' * 60}", hosts=HOSTS * 3, seminar_es="Trata de personas " * 12)

    content = page(app, worst)

    assert facts_of(content)["Pages"] == "1"
    assert all(part in text_of(content) for part in worst.name.split() if len(part) < 50)


@pytest.mark.sqlite_only
def test_a_broken_picture_of_a_signature_stops_nothing(app: Flask) -> None:
    printed = replace(PRINTED, signers=(replace(PRINTED.signers[0], image="1" * 32),))
    broken = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10 and no more"
    with app.app_context():
        for content in (broken, b"GIF89a", b""):
            made = certificate(printed, public_url=ADDRESS, pictures={"1" * 32: content})
            assert typeset(TEMPLATE, made, made_at=datetime(2014, 6, 12, tzinfo=UTC)).startswith(b"%PDF")


def test_each_is_set_once_and_found_again(app: Flask, three: Finished) -> None:
    made = three.issue()
    assert set_all(three) == [False, False, True]
    assert set_all(three) == []

    three.session.rollback()
    kept = three.session.scalars(select(Certificate).order_by(Certificate.number)).all()
    assert [each.id for each in kept] == [each.id for each in made]
    for each in kept:
        content, printed = pdf_of(three.session, each), printed_of(three.session, each)
        assert content is not None
        assert printed is not None
        assert content == Setter(three.session).typeset(printed, each)


def test_of_two_that_set_it_at_once_one_is_kept(three: Finished) -> None:
    three.issue()
    three.session.rollback()
    setter = Setter(three.session)
    wanted = [three.session.get_one(Certificate, each) for each in missing(three.session, three.seminar.id)]
    first, second = ([setter.set(each) for each in wanted] for _time in range(2))
    three.session.rollback()

    for pages in (first, second):
        with unit_of_work(three.session) as work:
            keep_set(work, context(NOW), [each for each in pages if each is not None])

    three.session.rollback()
    assert three.session.scalar(select(func.count()).select_from(SealedFile).where(SealedFile.kind == SET)) == 3


def test_whoever_was_erased_meanwhile_has_no_file(three: Finished) -> None:
    (made,) = three.issue(three.people[0])
    three.session.rollback()
    page = Setter(three.session).set(three.session.get_one(Certificate, made.id))
    assert page is not None
    three.session.rollback()
    with unit_of_work(three.session) as work:
        forget_certificates(work, context(NOW), [three.people[0].id])
    with unit_of_work(three.session) as work:
        assert keep_set(work, context(NOW), [page]) == 0

    three.session.rollback()
    assert three.session.scalar(select(func.count()).select_from(SealedFile)) == 0


def test_a_replaced_one_is_not_set(three: Finished) -> None:
    (made,) = three.issue(three.people[0])
    with unit_of_work(three.session) as work:
        new = reissue(work, context(NOW), seminar_id=three.seminar.id, public_id=made.public_id)

    three.session.rollback()
    assert missing(three.session, three.seminar.id) == [new.id]


def test_the_plan_decides_the_languages(make: Make, session: Session) -> None:
    both = finished(make, session, ("Rosa", "Hernández", None), language=CertificateLanguage.BOTH)
    (made,) = both.issue()

    session.rollback()
    printed = printed_of(session, session.get_one(Certificate, made.id))
    assert printed is not None
    assert printed.languages == ("es", "en")
