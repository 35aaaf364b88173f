"""Somebody signed in, for tests of pages that do not test signing in."""

from __future__ import annotations

import uuid

from seminar_app.accounts.rules import Actor, Grant, RoleName

ADMIN = Actor(user_id=1, public_id=uuid.UUID(int=1), name="Ada Admin", language="en", grants=(Grant(RoleName.ADMIN),))
ORGANIZER = Actor(user_id=2, public_id=uuid.UUID(int=2), name="Olga", language="en", grants=(Grant(RoleName.ORGANIZER, office_id=1),))
AUDITOR = Actor(user_id=3, public_id=uuid.UUID(int=3), name="Aurelio", language="en", grants=(Grant(RoleName.AUDITOR),))
