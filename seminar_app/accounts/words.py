"""Words for roles and their scopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from seminar_app.accounts.queries import GrantLine
from seminar_app.accounts.rules import InvitationState
from seminar_app.core.actor import RoleName
from seminar_app.offices.words import office_name
from seminar_app.web.languages import current_language

ROLES = {
    RoleName.ADMIN: _l("Administrator"),
    RoleName.ORGANIZER: _l("Organizer"),
    RoleName.COORDINATOR: _l("Coordinator"),
    RoleName.LIAISON: _l("Liaison"),
    RoleName.AUDITOR: _l("Auditor"),
}


INVITATION_STATES = {
    InvitationState.INVITED: _l("Invited"),
    InvitationState.LINK_ENDED: _l("Link ended"),
    InvitationState.SIGNED_IN: _l("Has signed in"),
    InvitationState.DISABLED: _l("Disabled"),
}


def grant_words(line: GrantLine, seminar_titles: Mapping[int, str]) -> str:
    """Return a role and its scope in words, for example «Organizer of HSI-CDMX · …»."""
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


def grants_in_short(lines: Iterable[GrantLine]) -> str:
    """Return an account's roles in short, for a row of a list: «Organizer of HSI, OPDAT; Coordinator of 3 seminars»."""
    of_role: dict[RoleName, list[GrantLine]] = {}
    for line in lines:
        of_role.setdefault(line.role, []).append(line)
    return "; ".join(_role_in_short(role, held) for role, held in of_role.items())


def _role_in_short(role: RoleName, lines: list[GrantLine]) -> str:
    codes = ", ".join(scope.code for line in lines if (scope := line.office or line.agency))
    match role:
        case RoleName.ORGANIZER:
            return str(_("Organizer of %(office)s", office=codes))
        case RoleName.LIAISON:
            return str(_("Liaison of %(agency)s", agency=codes))
        case RoleName.COORDINATOR:
            seminars = sum(1 for line in lines if line.seminar_id is not None)
            return (
                str(ngettext("Coordinator of %(num)d seminar", "Coordinator of %(num)d seminars", seminars))
                if seminars
                else str(ROLES[role])
            )
    return str(ROLES[role])


def grant_value(line: GrantLine, slugs: Mapping[int, str]) -> str:
    """Return the form value of a grant: `organizer:CODE`, `coordinator:slug`, `admin:`."""
    if line.seminar_id is not None:
        return f"{line.role.value}:{slugs.get(line.seminar_id, '')}"
    scope = line.office or line.agency
    return f"{line.role.value}:{scope.code if scope else ''}"
