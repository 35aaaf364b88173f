"""Which site sent a form, as the browser says."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

from seminar_app.web.access import policy_of_request

OUR_OWN = "same-origin"
OTHER_SITES = frozenset({"cross-site", "same-site"})


def comes_from_our_page() -> bool:
    """Whether the browser says that a page of this site sent the request."""
    return request.headers.get("Sec-Fetch-Site") == OUR_OWN


def comes_from_another_site() -> bool:
    """Whether the browser says that a page of another site sent the request."""
    return request.headers.get("Sec-Fetch-Site") in OTHER_SITES


def may_be_anothers() -> bool:
    """Whether a page of another site may have written the form of this request; then no page of ours offers to send it again.

    Browsers that do not say `Sec-Fetch-Site` say `Origin`. Pages behind a secret link send it as «null»; their forms need no token.
    """
    if "Sec-Fetch-Site" in request.headers or not form_needs_token():
        return comes_from_another_site()
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


def form_needs_token() -> bool:
    """Whether the forms of this request's page bear a token."""
    policy = policy_of_request()
    return policy is None or policy.token
