"""`python -m tests.support.code_spender DATABASE FOLDER`: a process that uses codes on command, one line of JSON each.

The broken twin (any way but «real»): the process remembers used codes itself instead of in the database.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from seminar_app.sign_in.models import SecondFactor
from seminar_app.sign_in.services import check_code, proofs
from seminar_app.web.database import unit_of_work
from tests.conftest import make_app
from tests.support.factories import KEY

_used: dict[int, int] = {}


def _remembered(session: Session, factor: SecondFactor, period: int, now: datetime) -> bool:
    first = _used.get(factor.id, 0) < period
    _used[factor.id] = max(period, _used.get(factor.id, 0))
    return first


def main(database_url: str, folder: str) -> None:
    """Answer each command with the result of the check: right, used or wrong."""
    app = make_app(database_url, Path(folder))
    real = proofs._spent
    with app.app_context():
        print("ready", flush=True)  # noqa: T201
        for line in sys.stdin:
            order: dict[str, Any] = json.loads(line)
            proofs._spent = real if order["way"] == "real" else _remembered
            now = datetime.fromisoformat(order["at"])
            with unit_of_work() as session:
                answer = check_code(session, now=now, account_id=order["account"], code=order["code"], keys=(KEY,))
            print(answer.value, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
