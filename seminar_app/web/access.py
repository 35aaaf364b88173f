"""Closed by default: every endpoint says who may come, and one that says nothing is refused.

What a policy decides is the door only. Whose object it is (own office, own agency) is decided where the
object is looked up, and answers 404.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])

STAFF_HOME = "/staff/"


class Audience(StrEnum):
    """Who may knock."""

    PUBLIC = "public"
    LINK = "link"
    STAFF = "staff"
    HALF = "half"
    """Whose password was right, and who still owes the second factor."""


@dataclass(frozen=True, slots=True)
class Policy:
    """An endpoint's declared audience.

    Attributes:
        roles: for staff; empty: any signed-in account.
        fresh: methods («GET», «POST») for which staff must have proved lately who they are; they are asked again else.
        gives_file: what a GET answers is a file, so that the browser stays on the page it was on.
    """

    audience: Audience
    roles: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    gives_file: bool = False


class ActorLike(Protocol):
    """What the door needs to know of somebody signed in."""

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held, whatever they are for."""
        ...


def public(view: View) -> View:
    """Anybody may see this page."""
    return _declare(view, Policy(Audience.PUBLIC))


def personal_link(view: View) -> View:
    """Whoever has the secret link; the view finds the registration by it, or answers 404."""
    return _declare(view, Policy(Audience.LINK))


def half_signed_in(view: View) -> View:
    """Whoever's password was right, until the second factor is proved or set up."""
    return _declare(view, Policy(Audience.HALF))


def staff(*roles: str, fresh: str = "", gives_file: bool = False) -> Callable[[View], View]:
    """Signed-in people who hold one of these roles (none named: any account).

    Args:
        fresh: «POST», «GET» or both, for what asks again who somebody is: exports, and changes of accounts.
        gives_file: see `Policy`.
    """
    policy = Policy(Audience.STAFF, frozenset(str(role) for role in roles), frozenset(fresh.split()), gives_file)
    return lambda view: _declare(view, policy)


def shows_people(*actions: str) -> Callable[[View], View]:
    """The page or file holds personal data of participants, and each time leaves a row of one of these actions in the trail.

    `tests/web/test_looks_are_recorded.py` holds every page against it.
    """

    def declare(view: View) -> View:
        view.accesses = frozenset(actions)  # type: ignore[attr-defined]
        return view

    return declare


def accesses_of_endpoint(app: Flask, endpoint: str) -> frozenset[str]:
    """The actions that `shows_people` names; none where the page shows nobody."""
    return getattr(app.view_functions.get(endpoint), "accesses", frozenset())


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def declare(app: Flask, endpoint: str, policy: Policy) -> None:
    """State the policy of an endpoint that a library brings."""
    app.extensions.setdefault("access", {})[endpoint] = policy


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The declared policy, or None where nobody declared one."""
    declared: Policy | None = app.extensions.get("access", {}).get(endpoint)
    return declared or getattr(app.view_functions.get(endpoint), "policy", None)


def policy_of_request() -> Policy | None:
    """The policy of the endpoint that this request reached."""
    return policy_of(current_app, request.endpoint or "")


def init_app(
    app: Flask,
    *,
    load_actor: Callable[[], ActorLike | None],
    owed_step: Callable[[], str | None],
    ask_again: Callable[[], Response | None],
) -> None:
    """Check every request's endpoint before its view runs.

    Args:
        load_actor: says who is signed in, and is asked only where it matters.
        owed_step: the endpoint of the step that somebody half signed in owes.
        ask_again: the page that asks who somebody is, or None where that was proved lately.
    """
    app.extensions.setdefault("access", {})
    app.extensions["load_actor"] = load_actor
    app.extensions["owed_step"] = owed_step
    app.extensions["ask_again"] = ask_again
    app.before_request(_check)
    declare(app, "static", Policy(Audience.PUBLIC))


def current_actor() -> Any:
    """Who is signed in, or None; asked of the database once a request."""
    if "actor" not in g:
        g.actor = current_app.extensions["load_actor"]()
    return g.actor


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        current_app.logger.error("Endpoint %s declares no access policy and was refused.", request.endpoint)
        abort(403)
    if policy.audience not in (Audience.STAFF, Audience.HALF):
        return None
    actor = current_actor()
    if policy.audience is Audience.HALF:
        if actor is not None:
            return redirect(STAFF_HOME, code=303)
        g.half_signed_in = owed_step() is not None  # these pages are kept by no cache either
        return None if g.half_signed_in else redirect(url_for("sign_in.login"), code=303)
    if actor is None:
        came_for = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for(owed_step() or "sign_in.login", next=came_for), code=303)
    if policy.roles and not policy.roles & actor.roles:
        abort(403)
    if request.method.replace("HEAD", "GET") in policy.fresh:
        asked: Response | None = current_app.extensions["ask_again"]()
        return asked
    return None


def owed_step() -> str | None:
    """The endpoint of the step that a browser half signed in owes, or None."""
    endpoint: str | None = current_app.extensions["owed_step"]()
    return endpoint
