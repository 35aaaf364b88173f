"""What the pages that invite a coordinator or a liaison share."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from seminar_app.web.limits import account_key, limiter

invitation_limit = limiter.shared_limit("20 per hour", scope="invitations", key_func=account_key, methods=["POST"])
"""Counts all invitations of an account together, so that a stolen session cannot flood mailboxes."""


def say_invited(email: str, *, given: bool) -> None:
    """Show on the next page whether a mail was sent, or the person had the role already."""
    if given:
        flash(_("A message that says how to go on is on its way to %(email)s.", email=email), "success")
    else:
        flash(_("%(email)s has this role already.", email=email), "info")
