"""The program with an administrator always signed in, for journeys that do not test sign-in."""

from __future__ import annotations

from seminar_app import create_app
from tests.support.staff import ADMIN

app = create_app()
app.extensions["load_actor"] = lambda: ADMIN
