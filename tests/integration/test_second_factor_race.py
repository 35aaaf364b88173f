"""Two processes try one code at the same moment: one gets in. The broken twin remembers used codes in each process's memory."""

from __future__ import annotations

import base64
import uuid
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from seminar_app.core import clock
from seminar_app.core.sealing import seal
from seminar_app.core.unit_of_work import unit_of_work
from seminar_app.sign_in import app_codes
from seminar_app.sign_in import services as sign_in
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.rules import FactorKind
from seminar_app.sign_in.services.proofs import about
from tests.conftest import TestDatabase
from tests.support.code_spender import spend
from tests.support.context import context
from tests.support.factories import KEY, Make
from tests.support.phone import Phone
from tests.support.server import FORKS

AT_ONCE = 2
ROUNDS = 4


class Spender:
    """A process that tries a code when it is told to."""

    def __init__(self, database: TestDatabase) -> None:
        self.orders, theirs = FORKS.Pipe()
        self.process = FORKS.Process(target=spend, args=(database.url, str(database.folder), theirs))
        self.process.start()
        theirs.close()
        assert self.answer() == "ready"

    def tell(self, **order: object) -> None:
        self.orders.send(order)

    def answer(self) -> str:
        return str(self.orders.recv())

    def end(self) -> None:
        self.orders.send({})
        self.process.join(10)
        self.orders.close()


def test_of_two_processes_with_one_code_one_gets_in(database: TestDatabase, session: Session, make: Make) -> None:
    account = make.account()
    secret, now = app_codes.new_secret(), clock.now()
    factor = SecondFactor(public_id=uuid.uuid4(), user_account_id=account.id, kind=FactorKind.APP, name="Phone", counter=0)
    factor.sealed_secret, factor.created_at = seal((KEY,), secret, about=about(factor)), now
    with unit_of_work(session):
        session.add(factor)
    phone = Phone(base64.b32encode(secret).decode())
    spenders = [Spender(database) for _ in range(AT_ONCE)]
    try:
        for way, allowed in (("real", {1}), ("memory", {AT_ONCE})):
            for number in range(ROUNDS):
                at = datetime.fromtimestamp(now.timestamp() + 30 * (number + 1), tz=now.tzinfo)
                for spender in spenders:
                    spender.tell(way=way, account=account.id, code=phone.shows(at), at=at.isoformat())
                answers = [spender.answer() for spender in spenders]
                assert answers.count("right") in allowed, (way, answers)
            now = datetime.fromtimestamp(now.timestamp() + 30 * ROUNDS, tz=now.tzinfo)
    finally:
        for spender in spenders:
            spender.end()


def test_a_recovery_code_is_spent_once(session: Session, make: Make) -> None:
    account, now = make.account(), clock.now()
    with unit_of_work(session) as database:
        database.add(
            SecondFactor(
                public_id=uuid.uuid4(),
                user_account_id=account.id,
                kind=FactorKind.APP,
                name="Phone",
                counter=0,
                sealed_secret=b"-",
                created_at=now,
            )
        )
        codes = sign_in.make_recovery_codes(database, context(now), account_id=account.id)
    answers = []
    for code in (codes[0], codes[0], codes[1], "", "0" * 16, codes[2] + "A"):
        with unit_of_work(session) as database:
            answers.append(sign_in.check_code(database, context(now), account_id=account.id, code=code, keys=(KEY,)).value)
    assert answers == ["right", "wrong", "right", "wrong", "wrong", "wrong"]


@pytest.mark.parametrize("uses", [(5, 4), (5, 5), (5, 0)])
def test_a_copied_passkey_is_refused(session: Session, make: Make, uses: tuple[int, int]) -> None:
    account, now = make.account(), clock.now()
    with unit_of_work(session) as database:
        sign_in.add_passkey(
            database, context(now), account_id=account.id, name="Key", credential_id=b"id", credential=b"public", uses=uses[0]
        )
    answers = []
    for count in (uses[0] + 1, uses[1]):
        with unit_of_work(session) as database:
            found = sign_in.check_passkey(database, context(now), account_id=account.id, credential_id=b"id", uses=count)
            answers.append(found.value)
    assert answers == ["right", "wrong"]
