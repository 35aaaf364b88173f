"""Accounts, their permissions, and the coordinators of a seminar."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from seminar_app.accounts import queries, services
from seminar_app.accounts.errors import AccountDisabled, EmailTaken, LastAdmin, NotACoordinator, OwnAccount
from seminar_app.accounts.models import UserAccount
from seminar_app.audit.models import AuditRow
from seminar_app.core.actor import Actor, Grant, RoleName
from seminar_app.core.errors import NotFound
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.messages.models import Message
from seminar_app.offices import services as offices
from seminar_app.offices.errors import CodeTaken
from seminar_app.offices.queries import get_office
from seminar_app.sign_in import services as sign_in
from seminar_app.sign_in import session_store
from seminar_app.sign_in.models import WebSession
from seminar_app.web.database import db
from tests.support.context import context
from tests.support.factories import Make


def actor_of(account: UserAccount, *grants: Grant) -> Actor:
    return Actor(account.id, account.public_id, account.name, account.language, grants)


@pytest.fixture
def admin(make: Make) -> Actor:
    return actor_of(make.account((RoleName.ADMIN, {}), name="Ada"), Grant(RoleName.ADMIN))


def actions(session: Session) -> list[str]:
    found = list(session.scalars(select(AuditRow.action).order_by(AuditRow.sequence)))
    session.rollback()
    return found


def test_an_account_is_made_with_roles_and_an_invitation(session: Session, make: Make, admin: Actor, now: datetime) -> None:
    office = make.office()
    with unit_of_work(session) as open_session:
        account = services.create_account(
            open_session,
            context(now, admin),
            email=" Eva@Office.Example",
            name="Eva",
            language="es",
            grants=[Grant(RoleName.ORGANIZER, office_id=office.id), Grant(RoleName.ORGANIZER, office_id=office.id)],
        )
    assert account.email == "eva@office.example"
    assert [(line.role, line.office.code if line.office else "") for line in queries.grants_of(session, [account.id])[account.id]] == [
        (RoleName.ORGANIZER, office.code)
    ]
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.link_purpose, message.language) == ("account_invitation", "password-reset", "es")
    assert actions(session) == ["account.created", "account.role_given"]
    with pytest.raises(EmailTaken), unit_of_work(session) as open_session:
        services.create_account(open_session, context(now, admin), email="EVA@office.example", name="Other", language="es")


def test_the_last_administrator_and_oneself_cannot_be_locked_out(session: Session, make: Make, admin: Actor, now: datetime) -> None:
    other = make.account((RoleName.ADMIN, {}))
    gone = actor_of(make.account(), Grant(RoleName.ADMIN))
    for refused, actor, account_id in ((OwnAccount, admin, admin.user_id),):
        with pytest.raises(refused), unit_of_work(session) as open_session:
            services.disable_account(open_session, context(now, actor), account_id=account_id)
        with pytest.raises(refused), unit_of_work(session) as open_session:
            services.take_role(open_session, context(now, actor), account_id=account_id, grant=Grant(RoleName.ADMIN))
    with unit_of_work(session) as open_session:
        services.disable_account(open_session, context(now, admin), account_id=other.id)
    with pytest.raises(LastAdmin), unit_of_work(session) as open_session:
        services.disable_account(open_session, context(now, gone), account_id=admin.user_id)
    with pytest.raises(LastAdmin), unit_of_work(session) as open_session:
        services.take_role(open_session, context(now, gone), account_id=admin.user_id, grant=Grant(RoleName.ADMIN))


def test_disabling_ends_sessions_and_links_and_enabling_brings_the_roles_back(
    session: Session, make: Make, admin: Actor, now: datetime
) -> None:
    account = make.account((RoleName.AUDITOR, {}))
    with unit_of_work(session) as open_session:
        session_store.start(open_session, account=account, values={}, now=now)
        services.send_way_in(open_session, context(now, admin), account_id=account.id)
    with unit_of_work(session) as open_session:
        services.disable_account(open_session, context(now, admin), account_id=account.id)
        services.disable_account(open_session, context(now, admin), account_id=account.id)
    assert session.scalars(select(WebSession)).all() == []
    assert session.scalars(select(UserAccount.reset_hash).where(UserAccount.id == account.id)).one() is None
    with pytest.raises(AccountDisabled), unit_of_work(session) as open_session:
        services.send_way_in(open_session, context(now, admin), account_id=account.id)
    with unit_of_work(session) as open_session:
        services.enable_account(open_session, context(now, admin), account_id=account.id)
    assert [line.role for line in queries.grants_of(session, [account.id])[account.id]] == [RoleName.AUDITOR]
    assert actions(session) == ["account.reset_sent", "account.disabled", "account.enabled"]


def test_only_ones_own_session_can_be_ended_one_by_one(session: Session, make: Make, admin: Actor, now: datetime) -> None:
    other = make.account()
    with unit_of_work(session) as open_session:
        session_store.start(open_session, account=other, values={}, now=now)
    public_id = session.scalars(select(WebSession.public_id)).one()
    with pytest.raises(NotFound), unit_of_work(session) as open_session:
        sign_in.end_one_session(open_session, context(now, admin), account_id=admin.user_id, session_id=public_id)
    with unit_of_work(session) as open_session:
        sign_in.end_one_session(open_session, context(now, actor_of(other)), account_id=other.id, session_id=public_id)
    assert session.scalars(select(WebSession)).all() == []


def test_an_organizer_assigns_and_withdraws_coordinators_of_their_office(session: Session, make: Make, now: datetime) -> None:
    seminar = make.seminar()
    coordinator = make.account((RoleName.COORDINATOR, {}), name="Coco")
    nobody, disabled = make.account(), make.account((RoleName.COORDINATOR, {}), active=False)
    account = make.account()
    mine = actor_of(account, Grant(RoleName.ORGANIZER, office_id=seminar.office_id))
    foreign = actor_of(account, Grant(RoleName.ORGANIZER, office_id=make.office().id), Grant(RoleName.COORDINATOR, seminar_id=seminar.id))

    def assign(actor: Actor, public_id: uuid.UUID) -> None:
        with unit_of_work(session) as s:
            services.assign_coordinator(
                s,
                context(now, actor),
                actor=actor,
                seminar_id=seminar.id,
                office_id=seminar.office_id,
                slug=seminar.slug,
                account_public_id=public_id,
            )

    assert [a.name for a in queries.possible_coordinators(session)] == ["Coco"]
    assign(mine, coordinator.public_id)
    assign(mine, coordinator.public_id)
    assert [a.name for a in queries.coordinators_of(session, seminar.id)] == ["Coco"]
    for who in (nobody, disabled):
        with pytest.raises(NotACoordinator):
            assign(mine, who.public_id)
    for actor, public_id in ((foreign, coordinator.public_id), (mine, uuid.uuid4())):
        with pytest.raises(NotFound):
            assign(actor, public_id)
    with unit_of_work(session) as s:
        services.withdraw_coordinator(
            s,
            context(now, mine),
            actor=mine,
            seminar_id=seminar.id,
            office_id=seminar.office_id,
            slug=seminar.slug,
            account_public_id=coordinator.public_id,
        )
    assert queries.coordinators_of(session, seminar.id) == []
    assert [a.name for a in queries.possible_coordinators(session)] == ["Coco"]
    assert actions(session) == ["coordinator.assigned", "coordinator.withdrawn"]


def test_offices(session: Session, admin: Actor, now: datetime) -> None:
    values = {"name_es": "Oficina", "name_en": "Office", "city": None, "country": "MX"}
    values |= {"email": "office@hsi.example", "phone": None, "language": "es", "time_zone": "America/Cancun"}
    with unit_of_work(session) as open_session:
        office = offices.create_office(open_session, context(now, admin), code=" hsi-cdmx ", **values)  # type: ignore[arg-type]
    with pytest.raises(CodeTaken), unit_of_work(session) as open_session:
        offices.create_office(open_session, context(now, admin), code="HSI-CDMX", **values)  # type: ignore[arg-type]
    with unit_of_work(session) as open_session:
        offices.edit_office(
            open_session,
            context(now, admin),
            office_id=office.id,
            **values | {"name_en": "The office", "city": "CDMX", "phone": "998 123 4567"},  # type: ignore[arg-type]
        )
        offices.retire_office(open_session, context(now, admin), office_id=office.id)
        offices.retire_office(open_session, context(now, admin), office_id=office.id)
        offices.restore_office(open_session, context(now, admin), office_id=office.id)
    edited = get_office(session, "hsi-cdmx")
    assert (edited.name_en, edited.phone, edited.time_zone) == ("The office", "+529981234567", "America/Cancun")
    assert actions(session) == ["office.created", "office.edited", "office.retired", "office.restored"]


def test_users_create(app: Flask, session: Session, make: Make) -> None:
    office, seminar = make.office(code="HSI"), make.seminar(slug="cancun-2014")
    make.agency("PGR")
    run = app.test_cli_runner().invoke
    made = run(args=["users", "create", "--email", "Ana@x.example", "--name", "Ana", "--role", "organizer", "--office", "hsi"])
    assert made.exit_code == 0, made.output
    assert "/reset/" in made.output
    with_password = [
        "users",
        "create",
        "--email",
        "b@x.example",
        "--name",
        "Beto",
        "--role",
        "admin",
        "--role",
        "auditor",
        "--password-stdin",
    ]
    made = run(args=with_password, input="four words nobody joins\n")
    assert made.exit_code == 0, made.output
    assert "/reset/" not in made.output
    base = ["users", "create", "--name", "C"]
    for arguments, said in (
        (["--email", "ana@x.example", "--role", "admin"], "already"),
        (["--email", "c@x.example", "--role", "organizer", "--office", "NONE"], "--office"),
        (["--email", "c@x.example", "--role", "organizer"], "--office"),
        (["--email", "c@x.example", "--role", "liaison", "--agency", "X"], "--agency"),
        (["--email", "c@x.example", "--role", "coordinator", "--seminar", "x"], "no seminar"),
        (["--email", "nonsense", "--role", "admin"], "not a whole"),
    ):
        refused = run(args=base + arguments)
        assert refused.exit_code != 0
        assert said in refused.output
    assert run(args=[*with_password[:3], "d@x.example", *with_password[4:]], input="short\n").exit_code != 0
    for arguments in (["--role", "liaison", "--agency", "pgr"], ["--role", "coordinator", "--seminar", "cancun-2014"]):
        assert run(args=[*base, "--email", f"{arguments[1]}@x.example", *arguments]).exit_code == 0
    session.rollback()
    grants = queries.grants_of(session, session.scalars(select(UserAccount.id)).all())
    assert sorted(line.role for lines in grants.values() for line in lines) == ["admin", "auditor", "coordinator", "liaison", "organizer"]
    assert (office.code, seminar.slug) == ("HSI", "cancun-2014")
    assert run(args=["audit", "verify"]).exit_code == 0


def test_audit_verify_names_the_rows_that_were_touched(app: Flask, session: Session, make: Make, admin: Actor, now: datetime) -> None:
    account = make.account()
    with unit_of_work(session) as open_session:
        for _time in range(4):
            sign_in.end_all_sessions(open_session, context(now, admin), account_id=account.id)
    run = app.test_cli_runner().invoke
    assert "4 rows" in run(args=["audit", "verify"]).output
    with unit_of_work(session) as open_session:
        open_session.execute(update(AuditRow).where(AuditRow.sequence == 2).values(actor="rule"))
    broken = run(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "row 2" in broken.output
    db.session.remove()
