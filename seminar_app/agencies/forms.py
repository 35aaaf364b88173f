"""The field in which an agency is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the stubs are of 3.2
from wtforms.validators import ValidationError

from seminar_app.agencies.queries import AgencyChoice, AgencyGroup
from seminar_app.web.languages import current_language


class AgencyField(SelectField):
    """A select of agencies by group. `data` is the agency's id (or None), the page shows codes.

    The route says what is offered, before it looks at the input: `form.agency.offer(agency_groups(session(), on=day))`.
    """

    data: int | None

    def __init__(self, label: Any = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("description", _l("Search by its code, its name or what people call it."))
        super().__init__(label, validators, coerce=_as_id, validate_choice=False, choices=[], **kwargs)
        self.typed: str | None = None
        self._read: Callable[[], Iterable[AgencyGroup]] = tuple
        self._whole_groups = False

    def offer(self, groups: Iterable[AgencyGroup], *, whole_groups: bool = False) -> None:
        """Set what can be chosen; `whole_groups` also offers groups that only head their offices (a quota may be theirs)."""
        self.__dict__.pop("_groups", None)
        self._read = lambda: groups
        self._whole_groups = whole_groups
        if self.typed is not None:
            self.data = {choice.code: choice.id for choice in self._offered()}.get(self.typed)

    def offer_when_shown(self, read: Callable[[], Iterable[AgencyGroup]], *, find: Callable[[str], int | None]) -> None:
        """The same for a form that many send: the directory is read when the page is shown (again), and what was typed by `find`.

        Args:
            find: id of the agency with this code if it is among what is offered.
        """
        self.__dict__.pop("_groups", None)
        self._read = read
        if self.typed and self.typed.isprintable():  # nothing that the database could not even be asked for
            self.data = find(self.typed)

    @cached_property
    def _groups(self) -> tuple[AgencyGroup, ...]:
        return tuple(self._read())

    @property
    def chosen(self) -> AgencyChoice | None:
        """What was chosen, among what was offered."""
        return next((choice for choice in self._offered() if choice.id == self.data), None)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the code until `offer` says which agency it is."""
        self.typed = str(valuelist[0]) if valuelist else None
        self.data = None

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that was not offered."""
        if self.typed and self.data is None:
            raise ValidationError(_("Please choose an agency of the list."))

    def has_groups(self) -> bool:
        """Always: pickers group by agency group."""
        return True

    def iter_groups(self) -> Iterator[tuple[Any, list[Choice]]]:
        """What the select shows: for each group its code and name, and its offices."""
        language = current_language()
        yield None, [Choice("", _("Choose an agency"), self.data is None, {})]
        for group in self._groups:
            yield f"{group.code} · {group.name(language)}", [self._option(choice, language) for choice in self._choices_of(group)]

    def iter_choices(self) -> Iterator[Choice]:
        """The same without the groups."""
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
