"""Check access. Closed by default: every endpoint declares who may use it, and an endpoint without a policy is refused.

A policy checks only the role. Ownership of an object (own office, own agency) is checked where the object is read, and
answers 404.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct, field
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from seminar_app.core.actor import Actor
from seminar_app.core.values import replace

View = TypeVar("View", bound=Callable[..., object])

STAFF_HOME = "/staff/"
SHOWING = frozenset({200, 422})
"""Statuses of answers that show a page."""


class Audience(StrEnum):
    """Who may use an endpoint."""

    PUBLIC = "public"
    LINK = "link"
    STAFF = "staff"
    HALF = "half"
    """The password was right, and the second factor is still missing."""


class Policy(Struct, frozen=True):
    """An endpoint's declared audience.

    Attributes:
        audience: who may use it.
        roles: for staff; empty: any signed-in account.
        fresh: methods («GET», «POST») for which staff must have proved their identity recently; else they are asked again.
        gives_file: a GET answers with a file, so the browser stays on its page.
        token: whether a form needs a token where the browser does not say which site it comes from (`web.origins`).
    """

    audience: Audience
    roles: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    gives_file: bool = False
    token: bool = True


def public(view: View) -> View:
    """Open this page to all visitors."""
    return _declare(view, Policy(Audience.PUBLIC))


def personal_link(view: View) -> View:
    """Open this page to holders of the secret link. The view finds the registration by the link, or answers 404."""
    return _declare(view, Policy(Audience.LINK))


def needs_no_token(view: View) -> View:
    """Take this page's form without a token: who could forge one could send it from anywhere. Stands above `public` or `personal_link`.

    So it is with forms that are open to everybody, and with those behind a secret link that is in nobody else's hands.
    """
    declared: Policy = view.policy  # type: ignore[attr-defined]
    return _declare(view, replace(declared, token=False))


def half_signed_in(view: View) -> View:
    """Open this page to accounts with the right password, until the second factor is proved or set up."""
    return _declare(view, Policy(Audience.HALF))


def staff(*roles: str, fresh: str = "", gives_file: bool = False) -> Callable[[View], View]:
    """Open this page to signed-in accounts with one of these roles (without roles: any account).

    Args:
        roles: names of roles.
        fresh: «POST», «GET» or both, for actions that ask for the identity again: exports, and changes of accounts.
        gives_file: see `Policy`.
    """
    policy = Policy(Audience.STAFF, frozenset(str(role) for role in roles), frozenset(fresh.split()), gives_file)
    return lambda view: _declare(view, policy)


class PersonalDataAccess(Struct, frozen=True):
    """One access to personal data, as the audit log keeps it: `action`, `subject` (`<table>:<public id>`), slug of the seminar."""

    action: str
    subject: str
    seminar: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def shows_people(*actions: str) -> Callable[[View], View]:
    """Record each access to the page or file in the audit log, with one of these actions (more may come by `declare_accesses`).

    The view says what it shows (`shown`). Its answer is sent only after the row is committed, so a failing audit log means no
    page; a view that ends in a refusal or a 404 leaves no row. An answer about which the view said nothing is not sent.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def recorded(*args: object, **kwargs: object) -> Response:
            answer = current_app.make_response(cast(ResponseReturnValue, view(*args, **kwargs)))
            try:
                _record_accesses(answer)
            except BaseException:
                answer.close()
                raise
            return answer

        recorded.accesses = frozenset(actions)  # type: ignore[attr-defined]
        return cast(View, recorded)

    return declare


def shown(subject: str, *, seminar: str | None = None, action: str | None = None, **details: object) -> None:
    """Say what the answer of this view shows of people; `action` where the view declares several."""
    if action is None:
        (action,) = accesses_of_endpoint(current_app, request.endpoint or "")
    g.setdefault("accesses", []).append(PersonalDataAccess(action, subject, seminar, details))


def needs_no_access_row(reason: str) -> None:
    """Say why this answer needs no row: it names nobody, or the change that it answers left one."""
    g.no_access_row = reason


def _record_accesses(answer: Response) -> None:
    accesses: Sequence[PersonalDataAccess] = g.pop("accesses", ())
    if accesses:
        current_app.extensions["record_accesses"](accesses)
    elif answer.status_code in SHOWING and "no_access_row" not in g:
        raise RuntimeError(f"{request.endpoint} shows people and does not say whom")


def accesses_of_endpoint(app: Flask, endpoint: str) -> frozenset[str]:
    """Return the actions that `shows_people` names; empty if the page shows no people."""
    later: frozenset[str] = app.extensions.get("accesses", {}).get(endpoint, frozenset())
    return later | getattr(app.view_functions.get(endpoint), "accesses", frozenset())


def declare_accesses(app: Flask, endpoint: str, *actions: str) -> None:
    """Declare further actions of a page that shows what other rooms make."""
    known: dict[str, frozenset[str]] = app.extensions.setdefault("accesses", {})
    known[endpoint] = known.get(endpoint, frozenset()) | frozenset(actions)


def _declare(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def declare(app: Flask, endpoint: str, policy: Policy) -> None:
    """Declare the policy of an endpoint that a library provides."""
    app.extensions.setdefault("access", {})[endpoint] = policy


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return the declared policy, or None if there is none."""
    declared: Policy | None = app.extensions.get("access", {}).get(endpoint)
    return declared or getattr(app.view_functions.get(endpoint), "policy", None)


def gives_file(address: str) -> bool:
    """Whether a GET of this address of ours answers with a file, so that the browser stays on its page."""
    try:
        adapter = current_app.create_url_adapter(request)
        endpoint, _values = adapter.match(address.partition("?")[0], method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    policy = policy_of(current_app, str(endpoint))
    return policy is not None and policy.gives_file


def policy_of_request() -> Policy | None:
    """The policy of the endpoint that this request reached."""
    return policy_of(current_app, request.endpoint or "")


def init_app(
    app: Flask,
    *,
    load_actor: Callable[[], Actor | None],
    owed_step: Callable[[], str | None],
    ask_again: Callable[[], Response | None],
    keep_form: Callable[[], Response | None],
) -> None:
    """Check every request's endpoint before its view runs.

    Args:
        app: the application.
        load_actor: returns the signed-in account; called only if the policy needs it.
        owed_step: returns the endpoint of the step that a half signed-in account still has to do.
        ask_again: returns the page that asks for the identity again, or None if it was proved recently.
        keep_form: returns the page that keeps a form sent by somebody who is signed in no more, or None if nothing was typed.
    """
    app.extensions.setdefault("access", {})
    app.extensions["load_actor"] = load_actor
    app.extensions["owed_step"] = owed_step
    app.extensions["ask_again"] = ask_again
    app.extensions["keep_form"] = keep_form
    app.before_request(_check)
    declare(app, "static", Policy(Audience.PUBLIC))


def find_actor() -> Actor | None:
    """Return the signed-in account, or None. The database is asked once a request."""
    if "actor" not in g:
        g.actor = current_app.extensions["load_actor"]()
    found: Actor | None = g.actor
    return found


def current_actor() -> Actor:
    """Return the signed-in account, on a page of staff; if nobody is signed in, the request is refused."""
    return find_actor() or abort(403)


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        current_app.logger.error("Endpoint %s declares no access policy and was refused.", request.endpoint)
        abort(403)
    if policy.audience not in (Audience.STAFF, Audience.HALF):
        return None
    actor = find_actor()
    if policy.audience is Audience.HALF:
        if actor is not None:
            return redirect(STAFF_HOME, code=303)
        g.half_signed_in = owed_step() is not None  # these pages are kept by no cache either
        return None if g.half_signed_in else redirect(url_for("sign_in.login"), code=303)
    if actor is None:
        kept: Response | None = current_app.extensions["keep_form"]() if request.method == "POST" else None
        if kept is not None:
            return kept
        came_for = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for(owed_step() or "sign_in.login", next=came_for), code=303)
    if policy.roles and not policy.roles & actor.roles:
        abort(403)
    if request.method.replace("HEAD", "GET") in policy.fresh:
        asked: Response | None = current_app.extensions["ask_again"]()
        return asked
    return None


def owed_step() -> str | None:
    """Return the endpoint of the step that a half signed-in browser still has to do, or None."""
    endpoint: str | None = current_app.extensions["owed_step"]()
    return endpoint
