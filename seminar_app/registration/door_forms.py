"""The form of the door: who has come, and instead of whom."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the type stubs describe WTForms 3.2
from wtforms.validators import StopValidation

from seminar_app.agencies.forms import AgencyField, agency_needed, agency_text_field, written_agency
from seminar_app.people.forms import PersonFields, email_field, phone_field
from seminar_app.registration.services import Entry
from seminar_app.web.forms import LINE, one_line, required


class DoorForm(PersonFields):
    """A person who arrived without a registration. The browser proposes nothing: the device is not theirs."""

    agency = AgencyField(
        _l("Agency"),
        validators=[agency_needed(_l("Please choose the agency from the list."))],
        lets_write=_l("The agency is not in the list"),
    )
    agency_text = agency_text_field(
        _l("Name of the agency"),
        message=_l("Please write the name of the agency."),
        hint=_l("Only if it is not in the list. The person then takes a seat that is open to all, until an agency is assigned."),
    )
    position = one_line(_l("Position"), length=LINE, needed=False)
    email = email_field(needed=False)
    phone = phone_field()
    paper_notice = BooleanField(
        _l("Has signed the privacy notice on paper"),
        validators=[required(_l("Let the person read and sign the privacy notice on paper first, then mark it here."))],
    )
    submission_id = HiddenField(default=lambda: uuid.uuid4().hex, render_kw={"data-kept": ""})  # static/js/page.js

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in (self.given_names, self.surname1, self.surname2, self.email, self.phone):
            field.render_kw = (field.render_kw or {}) | {"autocomplete": "off"}

    def entry(self, language: str) -> Entry:
        """Return what was filled in. `language`: of mail and certificate, which the door does not ask."""
        return Entry(
            person=self.person_data(email=self.email.data, phone=self.phone.data, language=language),
            agency_id=self.agency.data,
            agency_text=written_agency(self.agency, self.agency_text),
            position=self.position.data or None,
        )


People = Sequence[tuple[str, str]]
"""(Public id of the registration, name) of each."""


class PersonField(SelectField):
    """A person who holds a seat, by the public id of the registration, in agency groups. The route says who is offered."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=[], validate_choice=False, **kwargs)
        self._groups: Sequence[tuple[str, People]] = ()

    def offer(self, groups: Iterable[tuple[str, People]]) -> None:
        """Set who can be chosen: for each agency group its name and its people."""
        self._groups = list(groups)

    def has_groups(self) -> bool:
        """Return True: people are grouped by agency group."""
        return True

    def iter_groups(self) -> Iterator[tuple[Any, list[Choice]]]:
        """Yield for each group its name and its options."""
        yield None, [Choice("", _("Choose a person"), not self.data, {})]
        for group, people in self._groups:
            yield group, [Choice(key, name, key == self.data, {}) for key, name in people]

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the options of `iter_groups` without the groups."""
        for _label, options in self.iter_groups():
            yield from options

    def pre_validate(self, form: Any) -> None:
        """Refuse a person who is not offered, for example because they no longer hold the seat."""
        if self.data and self.data not in {key for _group, people in self._groups for key, _name in people}:
            raise StopValidation(_("Please choose a person who holds a seat from the list."))


class SubstituteForm(DoorForm):
    """A person who comes instead of one who holds a seat."""

    instead_of = PersonField(_l("Comes instead of"), validators=[required(_l("Please choose instead of whom."))])
