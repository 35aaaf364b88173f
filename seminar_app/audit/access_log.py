"""Daily counts of each account's access to personal data, written with the audit rows in their transaction.

A compromised account shows by what it reads. Above a limit, administrators are told, once for each account and day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from config import AccessLimits
from seminar_app.audit.chain import Link
from seminar_app.audit.models import AccessAlert, AccessCount
from seminar_app.audit.rules import AccessKind, access_kind
from seminar_app.core.change_context import ChangeContext
from seminar_app.core.installation import installation_of

STAFF = "account:"
KEPT = timedelta(days=92)


class DailyAccess(Struct, frozen=True, kw_only=True):
    """One account's access counts of a day. The fields have the names of `AccessLimits`."""

    rosters: int = 0
    roster_views: int = 0
    people: int = 0
    searches: int = 0
    exports: int = 0

    def above(self, allowed: AccessLimits) -> bool:
        """Whether any count is above its limit."""
        return any(getattr(self, name) > getattr(allowed, name) for name in self.__struct_fields__)


Teller = Callable[[Session, ChangeContext, date, DailyAccess], None]
"""`tell(session, context, day, counts)` writes to the administrators, in the transaction of the access."""


_tellers: list[Teller] = []


def tell_with(tell: Teller) -> Teller:
    """Register the function that writes to the administrators; the `oversight` feature does it."""
    if tell not in _tellers:
        _tellers.append(tell)
    return tell


def day_of(session: Session, now: datetime) -> date:
    """Return the day, in the office's time zone, that an access counts for."""
    return now.astimezone(installation_of(session).zone).date()


def count(session: Session, rows: Iterable[Link]) -> None:
    """Count the rows that are access by staff; alert the administrators where a count exceeds its limit."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for row in rows:
        kind = access_kind(row.action, row.subject)
        if kind is None or not row.actor.startswith(STAFF):
            continue
        day = day_of(session, row.at)
        what = row.seminar if kind is AccessKind.ROSTER and row.seminar else row.subject
        look = insert(AccessCount).values(actor=row.actor, day=day, kind=kind, subject=what, times=1)
        session.execute(
            look.on_conflict_do_update(index_elements=["actor", "day", "kind", "subject"], set_={"times": AccessCount.times + 1})
        )
        seen = daily_access_of(session, actor=row.actor, day=day)
        if not seen.above(installation_of(session).settings.access_limits):
            continue
        alert = insert(AccessAlert).values(actor=row.actor, day=day, at=row.at)
        if session.scalar(alert.on_conflict_do_nothing().returning(AccessAlert.at)) is not None:
            for tell in _tellers:
                tell(session, ChangeContext(row.at, row.actor, row.request_id), day, seen)


def daily_access_of(session: Session, *, actor: str, day: date) -> DailyAccess:
    """Return one account's access counts of a day."""
    return daily_access_on(session, day=day, actor=actor).get(actor, DailyAccess())


def daily_access_on(session: Session, *, day: date, actor: str | None = None) -> dict[str, DailyAccess]:
    """Return all accounts' access counts of a day, by `account:<public id>`."""
    counted = (
        select(AccessCount.actor, AccessCount.kind, func.count(), func.sum(AccessCount.times))
        .where(AccessCount.day == day)
        .group_by(AccessCount.actor, AccessCount.kind)
    )
    if actor is not None:
        counted = counted.where(AccessCount.actor == actor)
    found: dict[str, dict[str, int]] = {}
    for who, kind, different, times in session.execute(counted):
        values = found.setdefault(who, {})
        match kind:
            case AccessKind.ROSTER:
                values.update(rosters=int(different), roster_views=int(times))
            case AccessKind.PERSON:
                values["people"] = int(different)
            case AccessKind.SEARCH:
                values["searches"] = int(times)
            case AccessKind.EXPORT:
                values["exports"] = int(times)
    return {who: DailyAccess(**values) for who, values in found.items()}


def alerts_since(session: Session, day: date) -> list[tuple[str, date]]:
    """Return (account, day) of the alerts since a day, newest first."""
    rows = session.execute(select(AccessAlert.actor, AccessAlert.day).where(AccessAlert.day >= day).order_by(AccessAlert.at.desc()))
    return [(row.actor, row.day) for row in rows]


def delete_old_counts(session: Session, *, now: datetime) -> None:
    """Delete counts after three months, because they only serve for supervision. The audit log keeps every access."""
    session.execute(delete(AccessCount).where(AccessCount.day < day_of(session, now) - KEPT))
