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


class Audience(StrEnum):
    """Who may knock."""

    PUBLIC = "public"
    LINK = "link"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Policy:
    """An endpoint's declared audience; `roles` for staff (empty: any signed-in account)."""

    audience: Audience
    roles: frozenset[str] = frozenset()


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


def staff(*roles: str) -> Callable[[View], View]:
    """Signed-in people who hold one of these roles (none named: any account)."""
    return lambda view: _declare(view, Policy(Audience.STAFF, frozenset(str(role) for role in roles)))


def shows_people(*actions: str) -> Callable[[View], View]:
    """The page or file holds personal data of participants, and each time leaves a row of one of these actions in the trail.

    `tests/web/test_looks_are_recorded.py` holds every page against it.
    """

    def declare(view: View) -> View:
        view.looks = frozenset(actions)  # type: ignore[attr-defined]
        return view

    return declare


def looks_of_endpoint(app: Flask, endpoint: str) -> frozenset[str]:
    """The actions that `shows_people` names; none where the page shows nobody."""
    return getattr(app.view_functions.get(endpoint), "looks", frozenset())


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


def init_app(app: Flask, *, load_actor: Callable[[], ActorLike | None]) -> None:
    """Check every request's endpoint before its view runs. `load_actor()` says who is signed in, and is asked only where it matters."""
    app.extensions.setdefault("access", {})
    app.extensions["load_actor"] = load_actor
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
    if policy.audience is not Audience.STAFF:
        return None
    actor = current_actor()
    if actor is None:
        came_for = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=came_for), code=303)
    if policy.roles and not policy.roles & actor.roles:
        abort(403)
    return None
