"""Accounts, roles and sessions in any order of steps: the app is compared with the model, and every cookie tried, after each step."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from pyotp import TOTP
from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from seminar_app.accounts import services
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.accounts.rules import may_coordinate, may_organize
from seminar_app.accounts.services.reset_links import RESET_PURPOSE
from seminar_app.core.actor import PUBLIC, Actor, Grant, RoleName
from seminar_app.core.errors import NotFound, Refusal
from seminar_app.core.links import SecretLink, token_hash
from seminar_app.messages.models import Message
from seminar_app.sign_in import services as sign_in
from seminar_app.sign_in import session_store, sessions, signing
from seminar_app.sign_in.hashing import hash_password, verify_password
from seminar_app.sign_in.models import RecoveryCode, SecondFactor, WebSession
from seminar_app.sign_in.rules import Proof, is_fresh
from seminar_app.web.database import in_unit_of_work, unit_of_work
from seminar_app.web.database import session as database_session
from tests.machines.accounts_model import AccountModel, AccountsModel, Role, SessionModel, minutes
from tests.machines.seats_model import Refused
from tests.support.context import context
from tests.support.factories import Make

BEGIN = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
PASSWORDS = ("four words nobody joins", "five more words that stay", "a third of such sentences")
SECRETS = tuple(bytes([number]) * 20 for number in (1, 2, 3))
BROWSERS = 4
MOST_COOKIES = 6

browsers = st.integers(0, BROWSERS - 1)
numbers = st.integers(0, 2)
roles: st.SearchStrategy[Role] = st.sampled_from(
    (("admin", None), ("auditor", None), ("organizer", 0), ("organizer", 1), ("coordinator", None), ("coordinator", 0), ("liaison", 0))
)

_grants, _codes = (cast(Table, kind.__table__).c for kind in (RoleGrant, RecoveryCode))
GRANTS = select(_grants.user_account_id, _grants.role, _grants.office_id, _grants.agency_id, _grants.seminar_id)
CODES = select(_codes.user_account_id)
"""Put together once, and read without objects: this is done after each of a hundred thousand steps."""


@dataclass
class World:
    """What all examples share: an app, three accounts, two offices with a seminar each, an agency, and the clock's hand."""

    app: Flask
    session: Session
    account_ids: list[tuple[int, uuid.UUID]]
    office_ids: list[int]
    seminar_ids: list[int]
    agency_id: int
    hashes: list[str]
    now: datetime = BEGIN

    @classmethod
    def made(cls, app: Flask, session: Session) -> World:
        make = Make(session)
        offices = [make.office(), make.office()]
        accounts = [make.account(email=f"s{number}@office.example") for number in range(3)]
        return cls(
            app,
            session,
            [(account.id, account.public_id) for account in accounts],
            [office.id for office in offices],
            [make.seminar(office=office).id for office in offices],
            make.agency("PGR").id,
            [hash_password(text) for text in PASSWORDS],
        )


class Accounts(RuleBasedStateMachine):
    """Three accounts and four browsers. `world` is set by whoever runs it, who also has the product's clock show `world.now`."""

    world: ClassVar[World]

    @initialize(others=st.lists(st.tuples(st.integers(1, 2), roles), max_size=5), with_app=st.sets(numbers))
    def begin(self, others: list[tuple[int, Role]], with_app: set[int]) -> None:
        self.model = AccountsModel([AccountModel(number, roles={("admin", None)} if number == 0 else set()) for number in range(3)])
        for number, role in others:
            self.model.accounts[number].roles.add(role)
        self.world.now = BEGIN
        self.browsers: list[str | None] = [None] * BROWSERS
        self.spent: list[set[str]] = [set(), set(), set()]
        with unit_of_work() as session:
            for table in (RecoveryCode, SecondFactor, WebSession, RoleGrant, Message):
                session.execute(delete(table))
            for (account_id, _public_id), account in zip(self.world.account_ids, self.model.accounts, strict=True):
                row = session.get_one(UserAccount, account_id)
                row.password, row.active, row.fs_uniquifier = self.world.hashes[0], True, uuid.uuid4().hex
                row.reset_hash, row.reset_until, row.reset_version, row.wrong_proofs, row.wrong_proof_at = None, None, 0, 0, None
                for role in account.roles:
                    grant = self._grant(role)
                    session.add(
                        RoleGrant(
                            user_account_id=account_id,
                            role=grant.role,
                            office_id=grant.office_id,
                            agency_id=grant.agency_id,
                            seminar_id=grant.seminar_id,
                            granted_at=BEGIN,
                        )
                    )
        for number in sorted(with_app):
            self.add_an_app(number)

    def _grant(self, role: Role) -> Grant:
        name, scope = RoleName(role[0]), role[1]
        if scope is None:
            return Grant(name)
        where = {
            RoleName.ORGANIZER: {"office_id": self.world.office_ids[scope]},
            RoleName.COORDINATOR: {"seminar_id": self.world.seminar_ids[scope]},
            RoleName.LIAISON: {"agency_id": self.world.agency_id},
        }
        return Grant(name, **where[name])

    def _actor(self, account: AccountModel) -> Actor:
        account_id, public_id = self.world.account_ids[account.number]
        return Actor(account_id, public_id, "Ana", "es", tuple(self._grant(role) for role in sorted(account.roles, key=str)))

    @contextmanager
    def _request(self, cookie: str | None) -> Iterator[None]:
        """A request of the browser that holds this cookie."""
        headers = {"Cookie": f"{self.world.app.config['SESSION_COOKIE_NAME']}={cookie}"} if cookie else {}
        with self.world.app.test_request_context("/staff/", method="POST", headers=headers):
            sessions.load_actor()  # as the door does
            yield

    def _step(self, expected: Callable[[], Any], done: Callable[[], Any]) -> tuple[Any, Any]:
        """What each said; a refusal must be the same."""
        wanted = said = theirs = ours = None
        try:
            theirs = expected()
        except Refused as refused:
            wanted = str(refused)
        try:
            ours = done()
        except (Refusal, NotFound) as refusal:
            said = type(refusal).__name__
        assert said == wanted, (said, wanted)
        return theirs, ours

    def _holds(self, browser: int, cookie: str | None, session: SessionModel | None) -> None:
        """From now on the browser holds this cookie; the earlier ones stay in the hands of whoever copied them."""
        self.browsers[browser] = cookie
        if cookie is not None and session is not None:
            self.model.cookies[cookie] = session
        for old in [old for old in self.model.cookies if old not in self.browsers][: max(0, len(self.model.cookies) - MOST_COOKIES)]:
            del self.model.cookies[old]

    @invariant()
    def every_cookie_opens_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        for cookie, session in self.model.cookies.items():
            found = session_store.find(self.world.session, cookie, now=self.world.now)
            opens = "" if found is None else "owed" if found.owes_factor else "in"
            assert opens == session.opens(self.world.now)
            if found is None:
                continue
            assert found.account is not None
            assert found.account.id == self.world.account_ids[session.account.number][0]
            assert set(found.grants) == {self._grant(role) for role in session.account.roles}
            assert is_fresh(found.proven_at, now=self.world.now) == (self.world.now < session.proven + minutes(15))
        self._same_roles_and_codes()
        self.world.session.close()

    def _same_roles_and_codes(self) -> None:
        connection = self.world.session.connection()
        wanted = {
            (self.world.account_ids[account.number][0], self._grant(role)) for account in self.model.accounts for role in account.roles
        }
        assert {(row[0], Grant(*row[1:])) for row in connection.execute(GRANTS)} == wanted
        codes = connection.execute(CODES).scalars().all()
        assert [codes.count(account_id) for account_id, _public_id in self.world.account_ids] == [
            len(account.paper) for account in self.model.accounts
        ]

    @rule(browser=browsers)
    def open_a_page(self, browser: int) -> None:
        """Somebody is let in as who they are, with what they may do; the idle time begins anew."""
        cookie = self.browsers[browser]
        session, now = self.model.session(cookie, self.world.now), self.world.now
        with self._request(cookie):
            actor = sessions.load_actor()
            assert (actor is not None) == (session is not None and session.opens(now) == "in")
            if actor is not None and session is not None:
                mine = session.account.roles
                for number, (office_id, seminar_id) in enumerate(zip(self.world.office_ids, self.world.seminar_ids, strict=True)):
                    organizes = session.account.may_organize(number)
                    assert may_organize(actor, office_id=office_id) == organizes
                    coordinates = organizes or ("coordinator", number) in mine
                    assert may_coordinate(actor, office_id=office_id, seminar_id=seminar_id) == coordinates
            self.world.app.session_interface.save_session(self.world.app, sessions.browser_session(), self.world.app.response_class())
        if session is not None and now >= session.seen + minutes(1):
            session.seen = now

    # What the owner does.

    @rule(browser=browsers, who=numbers, typed=st.sampled_from(("right", "right", "right", "wrong")))
    def sign_in(self, browser: int, who: int, typed: str) -> None:
        self._sign_in(browser, who, typed)

    def _sign_in(self, browser: int, who: int, typed: str) -> None:
        account, cookie, now = self.model.accounts[who], self.browsers[browser], self.world.now
        text = PASSWORDS[account.password if typed == "right" else (account.password + 1) % 3]

        def done() -> str | None:
            with self._request(cookie):
                user = database_session().scalars(select(UserAccount).where(UserAccount.id == self.world.account_ids[who][0])).one()
                right = verify_password(text, user.password or "")
                with unit_of_work() as database:
                    if right:
                        signing.sign_in(database, context(now, PUBLIC), user)
                    else:
                        signing.refuse(database, context(now, PUBLIC), user)
                if not right:
                    return None
                return sessions.browser_session().identifier

        theirs, ours = self._step(lambda: self.model.sign_in(cookie, account, now) if typed == "right" else None, done)
        assert (theirs is None) == (ours is None)
        if ours is not None:
            self._holds(browser, ours, theirs)

    def _signed_in(self, browser: int) -> SessionModel | None:
        """The browser's session; where it has none, its usual owner signs in first, unless the account is disabled."""
        session = self.model.session(self.browsers[browser], self.world.now)
        if session is None and self.model.accounts[browser % 3].active:
            self._sign_in(browser, browser % 3, "right")
            session = self.model.session(self.browsers[browser], self.world.now)
        return session

    @rule(browser=browsers, kind=st.sampled_from(("right", "right", "wrong", "paper", "paper", "spent paper")))
    def prove(self, browser: int, kind: str) -> None:
        """The second step, or being asked again: by password where there is no app, else by a code."""
        session = self._signed_in(browser)
        if session is not None:
            self._prove(browser, session, kind)

    @rule(browser=browsers, times=st.integers(4, 6))
    def guess(self, browser: int, times: int) -> None:
        """Wrong, several times, and then right."""
        for kind in ["wrong"] * times + ["right"]:
            session = self._signed_in(browser)
            if session is not None:
                self._prove(browser, session, kind)

    def _prove(self, browser: int, session: SessionModel, kind: str) -> None:
        account, now, cookie = session.account, self.world.now, self.browsers[browser]
        account_id = self.world.account_ids[account.number][0]
        with_factor, rests, period = account.has_app, account.rests(now), int(now.timestamp()) // 30
        paper = sorted(account.paper if kind == "paper" else self.spent[account.number] - account.paper)
        code = self._code(account, kind, paper)
        if rests:
            wanted = "resting"
        elif not with_factor:
            wanted = "right" if kind == "right" else "wrong"
        elif kind == "right":
            wanted = "right" if period > account.last_code else "used"
            account.last_code = max(period, account.last_code)
        else:
            wanted = "right" if kind == "paper" and paper else "wrong"

        def done(database: Session) -> tuple[Proof, str | None]:
            if with_factor:
                keys = self.world.app.extensions["settings"].secret_keys
                answer = sign_in.check_code(database, context(now), account_id=account_id, code=code, keys=keys)
            else:
                answer = sign_in.check_password(database, context(now), account_id=account_id, right=kind == "right")
            if answer is Proof.RIGHT:
                assert sessions.move_on(database, with_factor=with_factor)
            return answer, sessions.browser_session().identifier

        with self._request(cookie), unit_of_work() as database:
            answer, identifier = done(database)
        assert answer.value == wanted
        if wanted == "right" and kind == "paper" and with_factor:
            account.paper.discard(code)
            self.spent[account.number].add(code)
        if wanted != "resting":
            after = self.model.prove(session, now, wanted, with_factor=with_factor)
            if after is not session:
                self._holds(browser, identifier, after)

    def _code(self, account: AccountModel, kind: str, paper: list[str]) -> str:
        if kind.endswith("paper") and paper:
            return paper[0]
        shown = TOTP(base64.b32encode(SECRETS[account.number]).decode()).at(self.world.now)
        return shown if kind == "right" else "ABCD-EFGH-JKMN-PQRS"

    @rule(browser=browsers)
    def sign_out(self, browser: int) -> None:
        session = self._signed_in(browser)
        if session is None:
            return
        with self._request(self.browsers[browser]), unit_of_work() as database:
            signing.sign_out(database, context(self.world.now, PUBLIC))
        session.ended = True

    @rule(browser=browsers, password=numbers)
    def change_password(self, browser: int, password: int) -> None:
        self._change_password(browser, password)

    def _change_password(self, browser: int, password: int) -> None:
        session, now = self._signed_in(browser), self.world.now
        cookie = self.browsers[browser]
        if session is None or session.opens(now) != "in":
            return
        with self._request(cookie):
            stored = sessions.browser_session().stored
            assert stored is not None
            assert stored.account is not None
            with unit_of_work() as database:
                signing.change_password(database, context(now, stored.account.audit_name), stored.account, self.world.hashes[password])
            identifier = sessions.browser_session().identifier
        self._holds(browser, identifier, self.model.change_password(session, password, now))

    @rule(browser=browsers)
    def add_an_app(self, browser: int) -> None:
        session, now = self._signed_in(browser), self.world.now
        cookie = self.browsers[browser]
        if session is None or session.account.has_app:
            return
        account = session.account
        account_id = self.world.account_ids[account.number][0]
        code = TOTP(base64.b32encode(SECRETS[account.number]).decode()).at(now)
        keys = self.world.app.extensions["settings"].secret_keys
        with self._request(cookie), unit_of_work() as database:
            sign_in.add_app(
                database, context(now), account_id=account_id, name="App", secret=SECRETS[account.number], code=code, keys=keys, first=True
            )
            codes = sign_in.make_recovery_codes(database, context(now), account_id=account_id)
            assert sessions.move_on(database, with_factor=True)
            identifier = sessions.browser_session().identifier
        account.has_app, account.last_code, account.paper = True, int(now.timestamp()) // 30, set(codes)
        self._holds(browser, identifier, self.model.go_on(session, now, with_factor=True))

    @rule(who=numbers)
    def make_new_paper(self, who: int) -> None:
        """The codes of the earlier paper are void."""
        account = self.model.accounts[who]
        if account.has_app:
            account_id = self.world.account_ids[who][0]
            codes = in_unit_of_work(lambda session: sign_in.make_recovery_codes(session, context(self.world.now), account_id=account_id))
            self.spent[who] |= account.paper
            account.paper = set(codes)

    @rule(browser=browsers, all_others=st.booleans())
    def sign_out_elsewhere(self, browser: int, all_others: bool) -> None:
        session = self._signed_in(browser)
        if session is None or session.opens(self.world.now) != "in":
            return
        actor, now = self._actor(session.account), self.world.now
        if all_others:
            this = token_hash(str(self.browsers[browser]))
            in_unit_of_work(lambda database: sign_in.end_other_sessions(database, context(now, actor), account_id=actor.user_id, this=this))
            self.model.end_all_of(session.account, but=session)
            return
        other_cookie = next((cookie for cookie in reversed(self.model.cookies) if self.model.session(cookie, now)), None)
        other = self.model.cookies[str(other_cookie)]
        with self._request(other_cookie):
            stored = sessions.browser_session().stored
        assert stored is not None

        def expected() -> None:
            if other.account is not session.account:
                raise Refused("NotFound")
            other.ended = True

        self._step(
            expected,
            lambda: in_unit_of_work(
                lambda database: sign_in.end_one_session(
                    database, context(now, actor), account_id=actor.user_id, session_id=stored.public_id
                )
            ),
        )

    # Links.

    @rule(who=numbers)
    def send_a_link(self, who: int) -> None:
        self._send_a_link(who)

    def _send_a_link(self, who: int) -> None:
        account, now, by = self.model.accounts[who], self.world.now, self._actor(self.model.accounts[0])
        account_id = self.world.account_ids[who][0]
        self._step(
            lambda: self.model.send_link(account, now),
            lambda: in_unit_of_work(lambda session: services.send_way_in(session, context(now, by), account_id=account_id)),
        )

    @rule(who=numbers, back=st.sampled_from((0, 0, 0, 1)), password=numbers)
    def use_a_link(self, who: int, back: int, password: int) -> None:
        self._use_a_link(who, back, password)

    @rule(
        who=numbers,
        meanwhile=st.sampled_from(("nothing", "nothing", "a new password", "a new password", "disabled for a moment", "another link")),
        passed=st.sampled_from((0, 1, 29, 59, 60, 61, 90)),
        password=numbers,
    )
    def read_the_mail_later(self, who: int, meanwhile: str, passed: float, password: int) -> None:
        """A link is followed some time after it was sent, and its owner or an administrator did something first."""
        self._send_a_link(who)
        if meanwhile == "a new password":
            self._sign_in(who, who, "right")
            session = self.model.session(self.browsers[who], self.world.now)
            if session is not None and session.opens(self.world.now) == "owed":
                self._prove(who, session, "right")
            self._change_password(who, password)
        elif meanwhile == "disabled for a moment":
            for what in ("disable", "enable"):
                self._look_after(self._admin(), who, what)
        elif meanwhile == "another link":
            self._send_a_link(who)
        self.world.now += minutes(passed)
        self._use_a_link(who, 1 if meanwhile == "another link" else 0, password)

    def _admin(self) -> int:
        """An administrator who is not disabled. One always is."""
        return next(account.number for account in self.model.accounts if account.active and ("admin", None) in account.roles)

    def _use_a_link(self, who: int, back: int, password: int) -> None:
        account = self.model.accounts[who]
        number = max(account.links - back, 1)
        link = SecretLink(RESET_PURPOSE, self.world.account_ids[who][1], number)
        token = link.token(self.world.app.extensions["settings"].secret_keys[0])
        with self._request(None), unit_of_work() as database:
            user = signing.owner_of_link(database, token, lock=True)
            if user is not None:
                signing.reset_password(database, context(self.world.now, PUBLIC), user, self.world.hashes[password])
        assert (user is not None) == self.model.use_link(account, number, password, self.world.now)

    # What administrators and organizers do.

    @rule(by=numbers, who=numbers, role=roles, gives=st.booleans(), own=st.sampled_from((0, 1, 2, None)))
    def give_or_take_a_role(self, by: int, who: int, role: Role, gives: bool, own: int | None) -> None:
        """What is taken away is mostly one of those that the account has."""
        account = self.model.accounts[who]
        if not gives and own is not None and account.roles:
            role = sorted(account.roles, key=str)[own % len(account.roles)]
        self._give_or_take(by, who, role, gives=gives)

    def _give_or_take(self, by: int, who: int, role: Role, *, gives: bool) -> None:
        doer, account, now = self.model.accounts[by], self.model.accounts[who], self.world.now
        actor, account_id, grant = self._actor(doer), self.world.account_ids[who][0], self._grant(role)
        where: dict[str, Any] = {"account_id": account_id, "grant": grant}
        change = context(now, actor)
        if gives:
            self._step(
                lambda: account.roles.add(role), lambda: in_unit_of_work(lambda session: services.give_role(session, change, **where))
            )
        else:
            self._step(
                lambda: self.model.take_role(doer, account, role),
                lambda: in_unit_of_work(lambda session: services.take_role(session, change, **where)),
            )

    @rule(by=numbers, who=numbers, seminar=st.integers(0, 1), assigns=st.sampled_from((True, True, False)))
    def assign_or_withdraw_a_coordinator(self, by: int, who: int, seminar: int, assigns: bool) -> None:
        self._assign_or_withdraw(by, who, seminar, assigns=assigns)

    @rule(who=numbers, seminar=st.integers(0, 1), comes_back=st.booleans())
    def assign_a_coordinator_who_is_disabled(self, who: int, seminar: int, comes_back: bool) -> None:
        """Or one who is just being disabled, unless that would leave no administrator."""
        by = self._admin()
        if self.model.accounts[who].active:
            self._look_after(by, who, "disable")
        self._give_or_take(by, who, ("coordinator", None), gives=True)
        self._assign_or_withdraw(by, who, seminar, assigns=True)
        if comes_back:
            self._look_after(by, who, "enable")

    def _assign_or_withdraw(self, by: int, who: int, seminar: int, *, assigns: bool) -> None:
        doer, account = self.model.accounts[by], self.model.accounts[who]
        where: dict[str, Any] = {
            "actor": self._actor(doer),
            "seminar_id": self.world.seminar_ids[seminar],
            "office_id": self.world.office_ids[seminar],
            "slug": "cancun",
            "account_public_id": self.world.account_ids[who][1],
        }
        change = context(self.world.now, where["actor"])
        service = services.assign_coordinator if assigns else services.withdraw_coordinator
        ours = self.model.assign if assigns else self.model.withdraw
        self._step(lambda: ours(doer, account, seminar), lambda: in_unit_of_work(lambda session: service(session, change, **where).id))

    @rule(by=numbers, who=numbers, what=st.sampled_from(("disable", "disable for a moment", "enable", "enable", "end", "reset factor")))
    def look_after_an_account(self, by: int, who: int, what: str) -> None:
        for one in ("disable", "enable") if what == "disable for a moment" else (what,):
            self._look_after(by, who, one)

    def _look_after(self, by: int, who: int, what: str) -> None:
        doer, account = self.model.accounts[by], self.model.accounts[who]
        services_and_ours: dict[str, tuple[Callable[..., object], Callable[[], object]]] = {
            "disable": (services.disable_account, lambda: self.model.disable(doer, account)),
            "enable": (services.enable_account, lambda: setattr(account, "active", True)),
            "end": (sign_in.end_all_sessions, lambda: self.model.end_all_of(account)),
            "reset factor": (sign_in.reset_second_factor, lambda: self.model.reset_factor(doer, account)),
        }
        service, ours = services_and_ours[what]
        change, account_id = context(self.world.now, self._actor(doer)), self.world.account_ids[who][0]
        self._step(ours, lambda: in_unit_of_work(lambda session: service(session, change, account_id=account_id)))

    @rule(passed=st.sampled_from((0.5, 0.5, 1, 4, 11, 14, 16, 20, 29, 31)))
    def time_passes(self, passed: float) -> None:
        self.world.now += minutes(passed)

    @rule(browser=browsers, times=st.sampled_from((*[1] * 9, 29)), at_noon=st.sampled_from(("works", "a new password", "signs in again")))
    def work_all_day(self, browser: int, times: int, at_noon: str) -> None:
        """A page every 25 minutes keeps a session open, but not for more than twelve hours, whatever its owner does meanwhile."""
        self._signed_in(browser)
        for number in range(times):
            session = self.model.session(self.browsers[browser], self.world.now)
            if number == 14 and session is not None and at_noon == "a new password":
                self._change_password(browser, session.account.password)
            elif number == 14 and session is not None and at_noon == "signs in again":
                self._sign_in(browser, session.account.number, "right")
            self.time_passes(25)
            self.open_a_page(browser)
