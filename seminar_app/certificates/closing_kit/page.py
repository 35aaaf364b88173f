"""The page of the closing kit: what would be in it, in figures, and the form that asks for it."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from msgspec import Struct
from sqlalchemy.orm import Session
from wtforms import SelectField

from seminar_app.agencies.queries import NamedAgency
from seminar_app.attendance.queries import people_by_group
from seminar_app.certificates.closing_kit.asked import Asked
from seminar_app.certificates.closing_kit.reading import parts_of, standing_certificates
from seminar_app.seminars.models import Seminar
from seminar_app.web.forms import BaseForm, choices_of, optional
from seminar_app.web.languages import current_language

WITHOUT = "without"
"""What the field for certificates says where they are left out."""


class KitPage(Struct, frozen=True):
    """What a kit made now would hold.

    Attributes:
        people: who held a seat, or lost it after they had been marked.
        agencies: by code, those that have a folder.
        certificates, reserved, waiting: certificates that go in; that go to the person only; whose PDF is not made yet.
    """

    people: int
    agencies: Mapping[str, NamedAgency]
    certificates: int
    reserved: int
    waiting: int


def kit_page(session: Session, seminar: Seminar) -> KitPage:
    """Read the figures of the page, in a constant number of statements."""
    groups = people_by_group(session, seminar.id, former=True)
    people = [person for group in groups for person in group.people]
    out = standing_certificates(session, seminar.id)
    found = [(person.shown.reserved, out[person.registration_id].file_id) for person in people if person.registration_id in out]
    return KitPage(
        len(people),
        {part.agency.code: part.agency for part in parts_of(groups)},
        certificates=sum(not reserved and file is not None for reserved, file in found),
        reserved=sum(reserved for reserved, _file in found),
        waiting=sum(not reserved and file is None for reserved, file in found),
    )


class KitForm(BaseForm):
    """Which part of the kit is wanted. With nothing chosen it is the whole."""

    agency = SelectField(_l("Which part"), choices=[], validators=[optional()])
    certificates = SelectField(_l("Certificates"), choices=[], validators=[optional()])

    def offer(self, page: KitPage) -> None:
        """Set the choices."""
        named = [(code, agency.full(current_language())) for code, agency in page.agencies.items()]
        self.agency.choices = choices_of(("", _("The whole kit")), *named)
        self.certificates.choices = choices_of(("", _("With the certificates")), (WITHOUT, _("Without the certificates")))
        self.agency.data = self.agency.data or ""
        self.certificates.data = self.certificates.data or ""

    def asked(self, page: KitPage, *, language: str) -> Asked:
        """Return what is wanted."""
        agency = page.agencies.get(self.agency.data)
        return Asked(language, agency.id if agency is not None else None, self.certificates.data != WITHOUT)
