"""Measure certificates: issuing many, beside typst alone over the same template and data; the first file and again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import typst
from sqlalchemy import select, update

from bench import data
from bench.databases import KEY, Database
from bench.results import Row
from config import PROJECT_ROOT, Settings
from seminar_app import create_app
from seminar_app.attendance.models import Participation
from seminar_app.certificates import bulk, services
from seminar_app.certificates.documents import TEMPLATE, certificate
from seminar_app.certificates.models import Certificate
from seminar_app.certificates.queries import pdf_of, printed_of
from seminar_app.certificates.rules import CertificateLanguage, CertificateRule, Issuing
from seminar_app.certificates.services import PlanDetails, SignatoryDetails
from seminar_app.cli.issuing import CommandInParts
from seminar_app.core.pdf import TEMPLATES, settable
from seminar_app.core.values import replace
from seminar_app.registration.models import Registration
from seminar_app.seminars.models import Seminar
from seminar_app.seminars.rules import SeminarState
from seminar_app.web.database import db, session, unit_of_work
from tests.support.context import context

PEOPLE = 2_000
MOST_RATIO = 1.5
FIRST_MS, AGAIN_MS = 300, 50
TIMES = 15


def measure(database: Database, *, people: int = PEOPLE) -> list[Row]:
    """Return the rows of the report."""
    database = replace(database, app=create_app(Settings.from_environment(_environment(database))))
    made = _completed(database, "certificates", people + TIMES)
    first = _first(database, made)
    whole, memory = _command(database, "certificates")
    documents, again = _documents(database, made, people)
    bare = _bare(documents)
    return [
        Row(
            what=f"{people:,} certificates issued, set and sealed by the command, which takes {memory} MB",
            engine=database.engine,
            figure=f"{whole:.0f} s",
            limit=f"{bare:.0f} s by typst alone, a file each",
            ratio=whole / bare,
            mark=f"≤ {MOST_RATIO:.0%}",
            passed=whole <= MOST_RATIO * bare,
        ),
        _download("a certificate issued and set, in a process that has set one before", database, first, FIRST_MS),
        _download("a certificate that was set, read and opened", database, again, AGAIN_MS),
    ]


def _environment(database: Database) -> dict[str, str]:
    """Return the settings of the command, and of the app that reads what it has sealed."""
    own = {"SEMINAR_MODE": "test", "SECRET_KEY": KEY, "SEMINAR_DATA_DIR": str(database.folder), "DATABASE_URL": database.url}
    return os.environ | own | {"PUBLIC_URL": "http://127.0.0.1"}


def _download(what: str, database: Database, lasted: float, most: int) -> Row:
    return Row(what=what, engine=database.engine, figure=f"{lasted:.0f} ms", limit="", mark=f"≤ {most} ms", passed=lasted <= most)


def _completed(database: Database, slug: str, people: int) -> data.Made:
    """Make a seminar of so many people who all completed it, with a plan and two who sign."""
    made = data.seminar(database, slug, people=people, sessions=6, in_days=-10, marked=False)
    signs = [SignatoryDetails(name, "Agregada", "Attaché", made.office_id) for name in ("Laura Jiménez Prado", "Ana Li")]
    details = PlanDetails(CertificateRule.COMPLETION, Issuing.BY_HAND, CertificateLanguage.PERSON, signs)
    with database.app.app_context():
        with unit_of_work() as writing:
            services.save_plan(writing, context(datetime.now(UTC)), seminar_id=made.seminar_id, version=0, details=details)
            outcome = {"minutes_credited": 600, "contact_minutes": 720, "percent": 83.3, "completed": True, "frozen_at": datetime.now(UTC)}
            writing.execute(update(Participation).where(Participation.seminar_id == made.seminar_id).values(outcome))
            writing.get_one(Seminar, made.seminar_id).state = SeminarState.COMPLETED
        db.session.remove()
        db.engine.dispose()
    return made


def _first(database: Database, made: data.Made) -> float:
    """Return the median milliseconds of issuing and setting one."""
    with database.app.app_context():
        some = session().scalars(select(Registration.public_id).where(Registration.seminar_id == made.seminar_id).limit(TIMES)).all()
        lasted = [_issue_one(made.seminar_id, each) for each in some]
        db.session.remove()
        db.engine.dispose()
    return median(lasted[1:])


def _issue_one(seminar_id: int, registration: uuid.UUID) -> float:
    begun = time.perf_counter()
    bulk.issue_to(CommandInParts(), seminar_id, [registration], asked_at=datetime.now(UTC))
    return (time.perf_counter() - begun) * 1000


def _command(database: Database, slug: str) -> tuple[float, int]:
    """Return the seconds that the command takes from its start, and its most memory in MB."""
    command = [sys.executable, "-m", "flask", "--app", "seminar_app", "certificates", "issue", slug]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=_environment(database), cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError("the command failed")
    return time.perf_counter() - begun, used.ru_maxrss // 1024


def _documents(database: Database, made: data.Made, people: int) -> tuple[list[dict[str, Any]], float]:
    """Return what the templates print of the last of these, and the median milliseconds of reading a kept PDF."""
    with database.app.app_context():
        wanted = select(Certificate).where(Certificate.seminar_id == made.seminar_id).order_by(Certificate.number.desc()).limit(people)
        found = session().scalars(wanted).all()
        public_url = database.app.extensions["settings"].public_url
        printed = [each for each in (printed_of(session(), one) for one in found) if each is not None]
        documents = [settable(certificate(each, public_url=public_url, pictures={})) for each in printed]
        ids, waits = [each.id for each in found[:TIMES]], []
        for certificate_id in ids:
            session().rollback()
            begun = time.perf_counter()
            content = pdf_of(session(), session().get_one(Certificate, certificate_id))
            waits.append((time.perf_counter() - begun) * 1000)
            if content is None:
                raise RuntimeError("a certificate was not set")
        db.session.remove()
        db.engine.dispose()
    return documents, median(waits)


def _bare(documents: Sequence[dict[str, Any]]) -> float:
    """Return the seconds that typst takes for these documents, each written to a file of its own."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(TEMPLATES / "fonts")])
    compiler = typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)
    given = [json.dumps(each, ensure_ascii=False) for each in documents]
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        for number, each in enumerate(given):
            made = compiler.compile(
                input=str(TEMPLATES / f"{TEMPLATE}.typ"), format="pdf", pdf_standards=["ua-1"], sys_inputs={"document": each}
            )
            assert isinstance(made, bytes)
            Path(folder, f"{number}.pdf").write_bytes(made)
        return time.perf_counter() - begun
