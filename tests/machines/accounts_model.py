"""A second, independent statement of the rules of accounts. Source: SECURITY.md on sessions, docs/decisions/0002 and 0018."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.machines.seats_model import Refused

Scope = int | None
Role = tuple[str, Scope]
"""A role, and which of the two offices or seminars it is for. Seminar n is office n's."""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@dataclass(eq=False)
class AccountModel:
    """An account: what it proves itself with, what it may do, and the links that were sent to it."""

    number: int
    password: int = 0
    active: bool = True
    roles: set[Role] = field(default_factory=set)
    has_app: bool = False
    last_code: int = 0
    """The 30 seconds whose code was used last."""
    paper: set[str] = field(default_factory=set)
    wrong: int = 0
    wrong_at: datetime | None = None
    links: int = 0
    link_until: datetime | None = None
    """Of the newest link, until it is used or void."""

    def rests(self, now: datetime) -> bool:
        return self.wrong >= 5 and self.wrong_at is not None and now < self.wrong_at + minutes(15)

    def may_organize(self, office: int) -> bool:
        return bool(self.roles & {("admin", None), ("organizer", office)})


@dataclass(eq=False)
class SessionModel:
    """A browser where the password was right."""

    account: AccountModel
    began: datetime
    seen: datetime
    proven: datetime
    factor_at: datetime | None
    ended: bool = False

    def opens(self, now: datetime) -> str:
        """ "in", "owed" (only the password was right so far), or "" for nothing."""
        if self.ended or not self.account.active or now >= self.seen + minutes(30) or now >= self.began + minutes(12 * 60):
            return ""
        if self.account.has_app and self.factor_at is None:
            return "owed" if now < self.began + minutes(20) else ""
        return "in"


@dataclass
class AccountsModel:
    """All accounts, and what each cookie that was ever handed out opens."""

    accounts: list[AccountModel]
    cookies: dict[str, SessionModel] = field(default_factory=dict)
    """Every cookie that is worth trying; one that was replaced by a newer one leads to a session that ended."""

    def session(self, cookie: str | None, now: datetime) -> SessionModel | None:
        found = self.cookies.get(cookie or "")
        return found if found is not None and found.opens(now) else None

    def end_all_of(self, account: AccountModel, *, but: SessionModel | None = None) -> None:
        for session in self.cookies.values():
            if session.account is account and session is not but:
                session.ended = True

    def open_of(self, account: AccountModel) -> Iterable[SessionModel]:
        return (session for session in self.cookies.values() if session.account is account and not session.ended)

    # What the owner does. Each returns the session that the browser has afterwards, or leaves what it had.

    def sign_in(self, cookie: str | None, account: AccountModel, now: datetime) -> SessionModel:
        if not account.active:
            raise Refused("AccountJustChanged")
        before = self.session(cookie, now)
        return self._in(before, account, now)

    def _in(self, before: SessionModel | None, account: AccountModel, now: datetime) -> SessionModel:
        """Who was in already is in no longer than without it, and need not prove the app again."""
        if before is not None:
            before.ended = True
        if before is None or before.account is not account:
            return SessionModel(account, now, now, now, None)
        return SessionModel(account, before.began, now, now, before.factor_at)

    def prove(self, session: SessionModel, now: datetime, answer: str, *, with_factor: bool) -> SessionModel:
        """The session goes on under another cookie where the answer was right; wrong ones are counted, used ones are not."""
        account = session.account
        if answer == "used":
            return session
        if answer != "right":
            again = account.wrong_at is not None and now < account.wrong_at + minutes(15)
            account.wrong = account.wrong + 1 if again else 1
            account.wrong_at = now
            return session
        account.wrong, account.wrong_at = 0, None
        return self.go_on(session, now, with_factor=with_factor)

    def go_on(self, session: SessionModel, now: datetime, *, with_factor: bool) -> SessionModel:
        session.ended = True
        return SessionModel(session.account, session.began, now, now, now if with_factor else session.factor_at)

    def change_password(self, session: SessionModel, password: int, now: datetime) -> SessionModel:
        account = session.account
        self.end_all_of(account)
        account.password, account.link_until = password, None
        return self._in(session, account, now)

    # What administrators and organizers do.

    def _somebody_stays_admin(self, by: AccountModel, account: AccountModel) -> None:
        if by is account:
            raise Refused("OwnAccount")
        if [other for other in self.accounts if other.active and ("admin", None) in other.roles] == [account]:
            raise Refused("LastAdmin")

    def disable(self, by: AccountModel, account: AccountModel) -> None:
        if not account.active:
            return
        self._somebody_stays_admin(by, account)
        account.active, account.link_until = False, None
        self.end_all_of(account)

    def take_role(self, by: AccountModel, account: AccountModel, role: Role) -> None:
        if role not in account.roles:
            raise Refused("NotFound")
        if role[0] == "admin":
            self._somebody_stays_admin(by, account)
        account.roles.remove(role)

    def assign(self, by: AccountModel, account: AccountModel, seminar: int) -> None:
        if not by.may_organize(seminar):
            raise Refused("NotFound")
        if not account.active or not any(role == "coordinator" for role, _scope in account.roles):
            raise Refused("NotACoordinator")
        account.roles.add(("coordinator", seminar))

    def withdraw(self, by: AccountModel, account: AccountModel, seminar: int) -> None:
        if not by.may_organize(seminar):
            raise Refused("NotFound")
        if ("coordinator", seminar) in account.roles:
            account.roles.remove(("coordinator", seminar))
            account.roles.add(("coordinator", None))

    def reset_factor(self, by: AccountModel, account: AccountModel) -> None:
        if by is account:
            raise Refused("OwnSecondFactor")
        account.has_app, account.paper, account.wrong, account.wrong_at = False, set(), 0, None
        self.end_all_of(account)

    def send_link(self, account: AccountModel, now: datetime) -> None:
        if not account.active:
            raise Refused("AccountDisabled")
        account.links += 1
        account.link_until = now + minutes(60)

    def use_link(self, account: AccountModel, link: int, password: int, now: datetime) -> bool:
        if not account.active or link != account.links or account.link_until is None or now >= account.link_until:
            return False
        account.password, account.link_until = password, None
        self.end_all_of(account)
        return True
