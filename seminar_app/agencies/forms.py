"""The form field that chooses an agency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the type stubs describe WTForms 3.2
from wtforms.validators import ValidationError

from seminar_app.agencies.queries import AgencyChoice, AgencyGroup
from seminar_app.web.languages import current_language


class AgencyField(SelectField):
    """A select field of agencies by group. `data` is the agency's id (or None); the page shows codes.

    The route sets what is offered before it validates the form: `form.agency.offer(agency_groups(session(), on=day))`.
    """

    data: int | None

    def __init__(self, label: Any = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("description", _l("Search by its code, its name or what people call it."))
        super().__init__(label, validators, coerce=_as_id, validate_choice=False, choices=[], **kwargs)
        self.typed: str | None = None
        self._read: Callable[[], Iterable[AgencyGroup]] = tuple
        self._whole_groups = False

    def offer(self, groups: Iterable[AgencyGroup], *, whole_groups: bool = False) -> None:
        """Set the choices. `whole_groups` also offers groups that only head their offices, because a quota may be for a group."""
        self.__dict__.pop("_groups", None)
        self._read = lambda: groups
        self._whole_groups = whole_groups
        if self.typed is not None:
            self.data = {choice.code: choice.id for choice in self._offered()}.get(self.typed)

    def offer_when_shown(self, read: Callable[[], Iterable[AgencyGroup]], *, find: Callable[[str], int | None]) -> None:
        """Set the choices of a form that is sent often: read the directory only when the page is shown, and check a sent code with `find`.

        Args:
            read: returns the groups to offer.
            find: returns the id of the agency with this code if it is among those offered, else None.
        """
        self.__dict__.pop("_groups", None)
        self._read = read
        if self.typed and self.typed.isprintable():  # the database would refuse some of the other characters
            self.data = find(self.typed)

    @cached_property
    def _groups(self) -> tuple[AgencyGroup, ...]:
        return tuple(self._read())

    @property
    def chosen(self) -> AgencyChoice | None:
        """The chosen agency, if it is among those offered."""
        return next((choice for choice in self._offered() if choice.id == self.data), None)

    @property
    def offers_none(self) -> bool:
        """Whether there is no agency to choose: the directory is empty, or nothing in it exists on that day."""
        return next(self._offered(), None) is None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Store the code until `offer` finds the agency for it."""
        self.typed = str(valuelist[0]) if valuelist else None
        self.data = None

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that was not offered."""
        if self.typed and self.data is None:
            raise ValidationError(_("Please choose an agency of the list."))

    def has_groups(self) -> bool:
        """Return True: choices are always grouped by agency group."""
        return True

    def iter_groups(self) -> Iterator[tuple[Any, list[Choice]]]:
        """Yield for each group its label (code and name) and its options."""
        language = current_language()
        yield None, [Choice("", _("Choose an agency"), self.data is None, {})]
        for group in self._groups:
            yield f"{group.code} · {group.name(language)}", [self._option(choice, language) for choice in self._choices_of(group)]

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the options of `iter_groups` without the groups."""
        for _label, options in self.iter_groups():
            yield from options

    def _option(self, choice: AgencyChoice, language: str) -> Choice:
        other = choice.name("es" if language == "en" else "en")
        found_by = "|".join(name.replace("|", " ") for name in (choice.code, other, *choice.aliases))
        return Choice(choice.code, choice.label(language), choice.id == self.data, {"data-aliases": found_by})

    def _choices_of(self, group: AgencyGroup) -> tuple[AgencyChoice, ...]:
        if self._whole_groups and group.group.heads_a_kind:
            return (group.group, *group.offices)
        return group.offices

    def _offered(self) -> Iterator[AgencyChoice]:
        for group in self._groups:
            yield from self._choices_of(group)


def _as_id(value: Any) -> int | None:
    return None if value is None else int(value)
