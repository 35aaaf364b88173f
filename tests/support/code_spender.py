"""A process that spends codes as it is told, order by order.

The broken twin (any way but «real»): the process remembers used codes itself instead of in the database.
"""

from __future__ import annotations

from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.services import check_code, proofs
from seminar_app.web.database import unit_of_work
from tests.conftest import make_app
from tests.support.context import context
from tests.support.factories import KEY

_used: dict[int, int] = {}


def _remembered(session: Session, context: ChangeContext, factor: SecondFactor, period: int) -> bool:
    first = _used.get(factor.id, 0) < period
    _used[factor.id] = max(period, _used.get(factor.id, 0))
    return first


def spend(database_url: str, folder: str, orders: Connection) -> None:
    """Answer «right», «used» or «wrong» to each order, until an empty one comes."""
    app = make_app(database_url, Path(folder))
    real = proofs._spent
    with app.app_context():
        orders.send("ready")
        while order := orders.recv():
            proofs._spent = real if order["way"] == "real" else _remembered
            now = datetime.fromisoformat(order["at"])
            with unit_of_work() as session:
                answer = check_code(session, context(now), account_id=order["account"], code=order["code"], keys=(KEY,))
            orders.send(answer.value)
