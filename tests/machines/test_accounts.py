"""Accounts with roles and sessions in any order of steps, and the mutations that this test must notice."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from seminar_app.accounts.services import accounts, coordinators
from seminar_app.core import clock
from seminar_app.sign_in import rules, session_store, sessions, signing
from seminar_app.sign_in.services import second_factors
from seminar_app.sign_in.services import sessions as session_services
from tests.machines.accounts import Accounts, World
from tests.support.machines import FULL, SHORT, notices, run
from tests.support.mutations import Mutation

MUTATIONS = (
    Mutation("whoever has a factor need not prove it", rules.owes_second_factor, "(has_factor or required)", "required"),
    Mutation("a signed-out cookie lives on", sessions.move_out, "session_store.end(database, browser.stored.id_hash)", "pass"),
    Mutation("the cookie from before signing in lives on", sessions.move_in, "session_store.end(database, before.id_hash)", "pass"),
    Mutation("a role that is taken away stays", accounts.take_role, "session.delete(row)", "pass"),
    Mutation(
        "a disabled account's sessions wait for it",
        accounts.disable_account,
        "sum(hook(session, account.id) for hook in _on_disabled)",
        "0",
    ),
    Mutation("ended sessions are kept", session_services.end_all_sessions, "session_store.end_all_of(session, account.id)", "0"),
    Mutation("this browser is signed out instead of the others", session_store.end_others_of, "!= id_hash", "== id_hash"),
    Mutation("a session ends nobody else's", session_services.end_one_session, ", WebSession.user_account_id == account_id", ""),
    Mutation("idle sessions stay open", rules.session_holds, "now - seen_at < IDLE and ", ""),
    Mutation("busy sessions never end", rules.session_holds, " and now - created_at < LONGEST", ""),
    Mutation("a proof is not remembered", session_store.rotate, '"proven_at": now, ', ""),
    Mutation("one's factor opens another's account", sessions.move_in, "before.account.id == account.id", "True"),
    Mutation("guessing goes on for ever", rules.proofs_rest, "wrong >= WRONG_PROOFS", "False"),
    Mutation("earlier codes on paper stay good", second_factors.make_recovery_codes, "    _forget_codes(session, account_id)\n", ""),
    Mutation("a lost phone's sessions stay", second_factors.reset_second_factor, "session_store.end_all_of(session, account.id)", "0"),
    Mutation("the last administrator goes", accounts._somebody_stays_admin, "raise LastAdmin", "pass"),
    Mutation("somebody disabled is assigned", coordinators.assign_coordinator, " or not account.active", ""),
    Mutation(
        "whoever leaves a seminar is no coordinator any more",
        coordinators.withdraw_coordinator,
        "give_role(session",
        "(lambda *a, **b: None)(session",
    ),
    Mutation("a link outlives a change of password", signing._set_password, "account.reset_hash = account.reset_until = None", "pass"),
    Mutation("a link has no end", signing.owner_of_link, " or account.reset_until <= clock.now()", ""),
    Mutation("a new password begins the day anew", session_store.start, "created_at=began_at or now", "created_at=now"),
    Mutation("a half signed-in session waits for ever", session_store.find, "now - created_at >= HALF_SIGNED_IN", "False"),
)
"""The first two are tried in `make test`."""


@pytest.fixture
def machine(nobody_waits_for_the_disk: None, app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> type[Accounts]:
    """The machine on this test's database, and the product's clock in its hand."""
    world = World.made(app, session)
    monkeypatch.setattr(clock, "now", lambda: world.now)
    return type("AccountsHere", (Accounts,), {"world": world})


@pytest.mark.sqlite_first
def test_accounts_are_what_the_model_says_after_each_step(machine: type[Accounts]) -> None:
    run(machine, *SHORT)


@pytest.mark.full
def test_accounts_are_what_the_model_says_after_each_of_many_steps(machine: type[Accounts]) -> None:
    run(machine, *FULL)


def test_each_mutation_changes_what_stands_there() -> None:
    for mutation in MUTATIONS:
        with mutation.in_place():
            pass


@pytest.mark.sqlite_only
@pytest.mark.parametrize("mutation", MUTATIONS[:2], ids=lambda mutation: mutation.words)
def test_a_broken_account_is_noticed(machine: type[Accounts], mutation: Mutation) -> None:
    assert notices(machine, mutation) is not None


@pytest.mark.full
@pytest.mark.parametrize("mutation", MUTATIONS[2:], ids=lambda mutation: mutation.words)
def test_every_broken_account_is_noticed(machine: type[Accounts], mutation: Mutation) -> None:
    assert notices(machine, mutation) is not None
