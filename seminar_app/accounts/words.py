"""How roles, what they are for, and the trail's rows are told to a person."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from seminar_app.accounts.models import Office
from seminar_app.accounts.queries import GrantLine
from seminar_app.accounts.rules import RoleName
from seminar_app.web.languages import current_language

ROLES = {
    RoleName.ADMIN: _l("Administrator"),
    RoleName.ORGANIZER: _l("Organizer"),
    RoleName.COORDINATOR: _l("Coordinator"),
    RoleName.LIAISON: _l("Liaison"),
    RoleName.AUDITOR: _l("Auditor"),
}


def office_name(office: Office) -> str:
    """The office's code and its name in the reader's language."""
    return f"{office.code} · {office.name_en if current_language() == 'en' else office.name_es}"


def grant_words(line: GrantLine, seminar_titles: Mapping[int, str]) -> str:
    """«Organizer of HSI-CDMX · …»: a role and what it is for."""
    if line.office is not None:
        return str(_("Organizer of %(office)s", office=office_name(line.office)))
    if line.agency is not None:
        name = line.agency.name_en if current_language() == "en" else line.agency.name_es
        return str(_("Liaison of %(agency)s", agency=f"{line.agency.code} · {name}"))
    if line.seminar_id is not None:
        return str(_("Coordinator of %(seminar)s", seminar=seminar_titles.get(line.seminar_id, "?")))
    if line.role is RoleName.COORDINATOR:
        return str(_("Coordinator, to be assigned to seminars"))
    return str(ROLES[line.role])


def grant_value(line: GrantLine, slugs: Mapping[int, str]) -> str:
    """How a form names a grant: `organizer:CODE`, `coordinator:slug`, `admin:`."""
    if line.seminar_id is not None:
        return f"{line.role.value}:{slugs.get(line.seminar_id, '')}"
    scope = line.office or line.agency
    return f"{line.role.value}:{scope.code if scope else ''}"
