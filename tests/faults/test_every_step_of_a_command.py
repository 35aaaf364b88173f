"""Raise a fault after each statement of each command that writes: it fails, its steps stay whole, the next run finishes the rest."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask, current_app
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.accounts.services import create_account
from seminar_app.agencies.models import Agency
from seminar_app.attendance.models import Participation
from seminar_app.audit.models import AuditRow
from seminar_app.audit.verifying import verify
from seminar_app.certificates.models import Certificate
from seminar_app.core import clock
from seminar_app.core.actor import RoleName
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.messages.rules import MessageState
from seminar_app.messages.services import enqueue, hold_undelivered
from seminar_app.paper.models import PrintedSheet
from seminar_app.people.identity import Identity, keep_identity
from seminar_app.people.identity_models import PersonIdentity
from seminar_app.people.models import Person
from seminar_app.people.rules import ReservedReason
from seminar_app.registration.models import Registration
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.rules import FactorKind
from tests.conftest import TestDatabase
from tests.faults.lists_kept import cells_of
from tests.faults.serving import miscounted
from tests.faults.steps import run_to_the_end
from tests.support.context import context
from tests.support.factories import Make
from tests.support.installation import reinstall

pytestmark = pytest.mark.sqlite_first
"""As the forms in `test_every_statement.py`: what is tried is where the program commits."""
OLD, NEW = f"old:{'o' * 40}", f"new:{'n' * 40}"
FEWEST_STATEMENTS = 2
"""Statements of the shortest command: write the row, commit."""
Prepare = Callable[[Make], list[str]]
"""Creates the data that a command needs, and returns the command's arguments."""
Count = Callable[[Session], int]


@pytest.fixture(autouse=True)
def _old_key_only(app: Flask) -> Iterator[None]:
    before = app.extensions["settings"].identity_keys
    reinstall(app, identity_keys=(OLD,))
    yield
    reinstall(app, identity_keys=before)


def agencies_to_seed(_make: Make) -> list[str]:
    return ["agencies", "seed"]


def sealed_with_the_old_key(make: Make) -> list[str]:
    for number in range(3):
        person = make.person(email=f"sealed{number}@pgr.example")
        with unit_of_work(make.session) as work:
            keep_identity(work, context(clock.now()), person=person, identity=Identity(passport=f"G1234567{number}"))
    reinstall(current_app, identity_keys=(NEW, OLD))
    return ["keys", "rotate", "--batch", "2"]


def mail_held_back(make: Make) -> list[str]:
    with unit_of_work(make.session) as work:
        for number in range(2):
            to = f"held{number}@pgr.example"
            enqueue(work, context(clock.now()), kind="test_mail", language="es", to_address=to, to_name=to, facts={})
        work.flush()
        hold_undelivered(work, context(clock.now()))
    return ["messages", "release"]


def nobodys_mail(_make: Make) -> list[str]:
    return ["messages", "test", "ana@office.example"]


def nobodys_account(make: Make) -> list[str]:
    make.office(code="CANCUN")
    return ["users", "create", "--email", "ana@office.example", "--name", "Ana Ruiz", "--role", "organizer", "--office", "CANCUN"]


def an_account_without_mail(make: Make) -> list[str]:
    make.account((RoleName.ADMIN, {}), email="ana@office.example")
    return ["users", "link", "ana@office.example"]


def agencies_in_a_file(make: Make) -> list[str]:
    lines = ("code,name_es,name_en,level,country,parent", "MP-GT,Ministerio,Ministry,federal,GT,", "FECI,Fiscalía,Office,federal,GT,MP-GT")
    path = Path(str(current_app.instance_path)) / "agencies.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return ["agencies", "import", str(path)]


def a_lost_phone(make: Make) -> list[str]:
    account = make.account((RoleName.ADMIN, {}), email="ana@office.example")
    with unit_of_work(make.session) as work:
        work.add(
            SecondFactor(
                public_id=uuid.uuid4(),
                user_account_id=account.id,
                kind=FactorKind.APP,
                name="Phone",
                counter=0,
                sealed_secret=b"sealed",
                created_at=clock.now(),
            )
        )
    return ["users", "reset-second-factor", "ana@office.example"]


def two_people_to_erase(make: Make) -> list[str]:
    seminar = make.seminar()
    people = [make.person(f"Rosa{number}", email=f"rosa{number}@pgr.example") for number in range(2)]
    for person in people:
        make.registration(seminar, person)
    return ["people", "erase", "--yes", *(person.public_id.hex for person in people)]


def somebody_to_reserve(make: Make) -> list[str]:
    person = make.person()
    for _ in range(2):
        make.registration(make.seminar(), person)
    return ["people", "reserve", person.public_id.hex, "--reason", "authority_order"]


def somebody_to_show_again(make: Make) -> list[str]:
    person = make.person(reserved=True, reserved_reason=ReservedReason.OWN_REQUEST)
    coded = make.registration(make.seminar(), person)
    return ["people", "show-again", f"R-{coded.reserved_code}", "--reason", "mistake"]


def a_seminar_to_export(make: Make) -> list[str]:
    make.registration(make.seminar(slug="cancun-2014"))
    return ["attendance", "export", "cancun-2014", "--format", "csv"]


def a_seminar_to_print(make: Make) -> list[str]:
    seminar, agency = make.seminar(slug="cancun-2014"), make.agency()
    make.registration(seminar, agency=agency, pool=make.pool(seminar, agency, 1))
    make.seminar_session(seminar)
    return ["attendance", "sheets", "cancun-2014", "--output", str(Path(str(current_app.instance_path)) / "sheets.pdf")]


def a_certificate_to_issue(make: Make) -> list[str]:
    day = clock.now().date() - timedelta(days=9)
    seminar, agency = make.seminar(slug="cancun-2014", starts_on=day, ends_on=day), make.agency()
    pool = make.pool(seminar, agency, 2)
    earning, owner = (make.registration(seminar, agency=agency, pool=pool) for _ in range(2))
    make.mark(earning, make.seminar_session(seminar))
    make.certificate(owner, at=clock.now())
    return ["certificates", "issue", "cancun-2014"]


def figures_to_take(_make: Make) -> list[str]:
    return ["reports", "trained"]


def rows_to_take(_make: Make) -> list[str]:
    return ["reports", "rows"]


def outcomes_to_rebuild(make: Make) -> list[str]:
    for _ in range(2):
        seminar, agency = make.seminar(), make.agency()
        make.mark(make.registration(seminar, agency=agency, pool=make.pool(seminar, agency, 1)), make.seminar_session(seminar))
    with unit_of_work(make.session) as work:
        work.execute(update(Participation).values(completed=False))
    return ["participations", "rebuild"]


def rows(model: type[Any], *conditions: Any) -> Count:
    return lambda session: session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def an_agencys_list(make: Make) -> list[str]:
    seminar, agency = make.seminar(seats=0, slug="lists-2026"), make.agency("PGR")
    make.pool(seminar, agency, 1)
    path = Path(str(current_app.instance_path)) / "list.csv"
    path.write_text(cells_of([("Alba", ""), ("Berta", "")]).replace("\t", ","), encoding="utf-8")
    return ["nominations", "import", "lists-2026", str(path), "--agency", "PGR"]


COMMANDS: dict[str, tuple[Prepare, Count, int]] = {
    "agencies import": (agencies_in_a_file, rows(Agency, Agency.country == "GT"), 2),
    "agencies seed": (agencies_to_seed, rows(Agency, Agency.code == "INM"), 1),
    "attendance export": (a_seminar_to_export, rows(AuditRow, AuditRow.action == "attendance.exported"), 1),
    "attendance sheets": (a_seminar_to_print, rows(PrintedSheet), 1),
    "certificates issue": (a_certificate_to_issue, rows(Certificate, Certificate.file_id.is_not(None)), 2),
    "keys rotate": (sealed_with_the_old_key, rows(PersonIdentity, PersonIdentity.key_id == "new"), 3),
    "messages release": (mail_held_back, rows(Message, Message.state == MessageState.WAITING), 2),
    "messages test": (nobodys_mail, rows(Message), 1),
    "nominations import": (an_agencys_list, rows(Registration), 2),
    "participations rebuild": (outcomes_to_rebuild, rows(Participation, Participation.completed), 2),
    "people erase": (two_people_to_erase, rows(Person, Person.erased_at.is_not(None)), 2),
    "people reserve": (somebody_to_reserve, rows(Registration, Registration.reserved_code.is_not(None)), 2),
    "people show-again": (somebody_to_show_again, rows(Person, Person.reserved), 0),
    "reports rows": (rows_to_take, rows(AuditRow, AuditRow.action == "figure.rows_exported"), 1),
    "reports trained": (figures_to_take, rows(AuditRow, AuditRow.action == "figure.exported"), 1),
    "users create": (nobodys_account, rows(UserAccount, UserAccount.email == "ana@office.example"), 1),
    "users link": (an_account_without_mail, rows(UserAccount, UserAccount.reset_hash.is_not(None)), 1),
    "users reset-second-factor": (a_lost_phone, rows(SecondFactor, SecondFactor.name == "Gone"), 0),
}
LONG = {"agencies seed", "nominations import"}
"""Commands with so many statements, or a process of their own to read a file, that they are tried in the full run only."""
FROM_THE_START = {"people erase", "participations rebuild"}
"""Commands that repeat all their work. People who were erased are erased again: a restore may have brought residual data back."""
TRIED_ELSEWHERE = {
    "database prepare": "migrations: tests/migrations",
    "demo load": "tests/integration/cli/test_demo.py",
    "messages deliver": "test_outbox.py",
    "retention run": "the same as the job: test_every_step_of_a_job.py",
    "job": "test_every_step_of_a_job.py",
    "worker": "test_every_step_of_a_job.py",
    "backup": "test_backup.py",
    "drill": "tests/integration/cli/test_drill.py",
    "restore": "tests/integration/cli/test_backup.py",
    "serve": "tests/integration/cli/test_serve.py",
}
WRITE_NOTHING = {
    "audit anchor",
    "audit verify",
    "certificates verify",
    "keys check",
    "maintenance off",
    "maintenance on",
    "people erased",
    "retention show",
    "settings check",
    "settings list",
}
OTHERS = {"db", "limiter", "routes", "run", "shell"}
"""Commands of Flask and its extensions."""


def run(app: Flask, arguments: list[str]) -> bool:
    """Run the command and raise its failures, which it puts in sentences. Return whether it reports that work is left."""
    try:
        done = app.test_cli_runner(catch_exceptions=False).invoke(args=arguments, standalone_mode=False)
    except click.ClickException as told:
        raise told.__cause__ or told from None
    assert done.exit_code == 0, done.output
    return "residual data are still in the files" in done.output


@pytest.mark.parametrize("command", [pytest.param(name, marks=pytest.mark.full) if name in LONG else name for name in COMMANDS])
def test_a_command_that_fails_anywhere_leaves_whole_steps_and_is_ended_by_the_next_run(
    app: Flask, database: TestDatabase, make: Make, session: Session, command: str
) -> None:
    prepare, count, at_the_end = COMMANDS[command]
    arguments = prepare(make)
    session.rollback()
    assert run_to_the_end(lambda: run(app, arguments), database, from_the_start=command in FROM_THE_START) >= FEWEST_STATEMENTS, (
        "nothing was tried"
    )
    session.rollback()
    assert count(session) == at_the_end
    assert miscounted(session) == []
    assert verify(session).intact


def test_every_command_is_tried_here_or_elsewhere_or_writes_nothing(app: Flask) -> None:
    names = set()
    for name, command in app.cli.commands.items():
        below = getattr(command, "commands", {})
        names |= {f"{name} {each}" for each in below} if below and name not in OTHERS else {name}
    assert names - OTHERS == COMMANDS.keys() | TRIED_ELSEWHERE.keys() | WRITE_NOTHING


def test_a_command_that_commits_half_way_is_found_out(
    app: Flask, database: TestDatabase, make: Make, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken twin: the account is committed before it has its role."""

    def too_early(work: Session, context: ChangeContext, **values: Any) -> UserAccount:
        account = create_account(work, context, **values | {"grants": []})
        work.connection().connection.driver_connection.commit()  # type: ignore[union-attr]
        return account

    arguments = nobodys_account(make)
    session.rollback()
    monkeypatch.setattr("seminar_app.cli.users.create_account", too_early)
    with pytest.raises(AssertionError, match="left half of a step"):
        run_to_the_end(lambda: run(app, arguments), database)
