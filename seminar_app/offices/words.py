"""Words for an office on a page."""

from __future__ import annotations

from seminar_app.offices.models import Office
from seminar_app.web.languages import current_language


def office_name(office: Office) -> str:
    """Return the office's code and its name in the reader's language."""
    return f"{office.code} · {office.name_en if current_language() == 'en' else office.name_es}"
