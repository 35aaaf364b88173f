"""Words for what is stored of people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from seminar_app.people.rules import Sex
from seminar_app.web.labels import register


def init_app() -> None:
    """Register the words."""
    register(Sex, {Sex.FEMALE: _l("Female"), Sex.MALE: _l("Male"), Sex.OTHER: _l("Other")})
