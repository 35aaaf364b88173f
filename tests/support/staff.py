"""Somebody signed in, for tests of pages that do not test signing in."""

from __future__ import annotations

import uuid

from seminar_app.accounts.rules import Actor, Grant, RoleName

ADMIN = Actor(user_id=1, public_id=uuid.UUID(int=1), name="Ada Admin", language="en", grants=(Grant(RoleName.ADMIN),))
