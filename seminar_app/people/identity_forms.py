"""Form fields for birth data, CURP and passport: only those that a seminar asks for, and never filled in with stored values."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField
from wtforms.fields import Field
from wtforms.validators import Optional, ValidationError

from seminar_app.core.clock import now
from seminar_app.people.identity import Identity
from seminar_app.people.identity_rules import IdentityPart, canonical_number, doubt_about_curp, is_birth_date
from seminar_app.web.forms import SHORT, BaseForm, one_line, optional, required

LONGEST_NUMBER = 30
MISSING = {
    IdentityPart.BIRTH_DATE: _l("Please write your date of birth."),
    IdentityPart.BIRTH_PLACE: _l("Please write where you were born."),
    IdentityPart.CURP: _l("Please write your CURP."),
    IdentityPart.PASSPORT: _l("Please write the number of your passport."),
}
# «off» keeps a shared machine from offering somebody's number to the next person; so after Back these fields may be empty.
AS_NUMBERS = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def _a_birth_date(_form: Any, field: Field) -> None:
    if isinstance(field.data, date) and not is_birth_date(field.data, today=now().date()):
        raise ValidationError(_("Please check the year of birth."))


def _a_number(_form: Any, field: Field) -> None:
    if not canonical_number(str(field.data)):
        raise ValidationError(_("A number has letters and digits. Please check what you wrote."))


class IdentityFields(BaseForm):
    """The fields that only some seminars ask for. `ask` deletes the fields that are not needed."""

    birth_date = DateField(_l("Date of birth"), validators=[optional(), _a_birth_date], render_kw={"autocomplete": "bday"})
    birth_place = one_line(_l("Place of birth"), length=SHORT, needed=False)
    curp = one_line(_l("CURP"), length=LONGEST_NUMBER, needed=False, validators=[_a_number], render_kw=AS_NUMBERS)
    passport = one_line(_l("Passport number"), length=LONGEST_NUMBER, needed=False, validators=[_a_number], render_kw=AS_NUMBERS)
    forget_birth_date = BooleanField(_l("Delete the date of birth on file"))
    forget_birth_place = BooleanField(_l("Delete the place of birth on file"))
    forget_curp = BooleanField(_l("Delete the CURP on file"))
    forget_passport = BooleanField(_l("Delete the passport number on file"))

    def ask(
        self,
        asked: Collection[IdentityPart],
        *,
        needed: Collection[IdentityPart] = (),
        on_file: Collection[IdentityPart] = (),
        stays: Collection[IdentityPart] = (),
    ) -> None:
        """Delete the fields that are not needed, and set the required ones.

        Args:
            asked: parts that the seminar asks for.
            needed: parts that must be filled in.
            on_file: parts on file; they keep their field, and may be deleted.
            stays: parts that may not be deleted from the file.
        """
        for part in IdentityPart:
            if part not in asked and part not in on_file:
                del self[part]
            elif part in needed:
                field = self[part]
                field.validators = [required(MISSING[part]), *(each for each in field.validators if not isinstance(each, Optional))]
                field.flags.required = True
                field.flags.optional = False
            if part not in on_file or part in stays:
                del self[f"forget_{part}"]

    @property
    def identity_parts(self) -> list[IdentityPart]:
        """The parts that the form has a field for."""
        return [part for part in IdentityPart if part in self]

    def show_identity(self, typed: Identity) -> None:
        """Fill in what the same person has typed before. Values on file are never shown."""
        for part in self.identity_parts:
            self[part].data = getattr(typed, part)

    def identity(self) -> Identity:
        """Return what was filled in, with numbers in canonical form."""
        values = {part.value: self[part].data for part in self.identity_parts if self[part].data}
        for part in (IdentityPart.CURP, IdentityPart.PASSPORT):
            if part in values:
                values[part] = canonical_number(values[part])
        return Identity(**values)

    def forgotten(self) -> tuple[IdentityPart, ...]:
        """Return the parts to delete from the file."""
        return tuple(part for part in IdentityPart if f"forget_{part}" in self and self[f"forget_{part}"].data)

    @property
    def doubtful_curp(self) -> bool:
        """Whether the CURP looks mistyped; it is accepted all the same."""
        return bool("curp" in self and self["curp"].data and doubt_about_curp(canonical_number(self["curp"].data)))
