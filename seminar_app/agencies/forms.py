"""The fields that choose an agency, or take the name of one that is not in the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields import SelectField, StringField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # the type stubs describe WTForms 3.2
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from seminar_app.agencies.finding import LONGEST, Findable, meant_by
from seminar_app.agencies.queries import NO_CODE, AgencyChoice, AgencyGroup
from seminar_app.web.forms import LINE, Filled, at_most, clean_text, readable, words_beside
from seminar_app.web.languages import current_language


class AgencyField(SelectField):
    """A select field of agencies by group. `data` is the agency's id (or None); the page shows codes.

    The route sets what is offered before it validates the form: `form.agency.offer(agency_groups(session(), on=day))`.
    What was typed and not chosen comes beside the code. It is taken if only one agency can be meant, and refused if there are several.

    `lets_write`: words of a last choice, «My agency is not in the list»; the form then has a field `NAME_text` (`agency_text_field`)
    for its name. A chosen agency counts before what is written there; where nothing is chosen, what is written counts.
    """

    NOT_LISTED = NO_CODE
    """Value of that choice."""

    data: int | None

    def __init__(self, label: Any = None, validators: list[Any] | None = None, *, lets_write: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("description", _l("Search by its code, its name or what people call it, now or formerly."))
        super().__init__(label, validators, coerce=_as_id, validate_choice=False, choices=[], **kwargs)
        self.typed: str | None = None
        self.words = ""
        self.lets_write = lets_write
        self.written: str | None = None
        self._meant: list[int] = []
        self._read: Callable[[], Iterable[AgencyGroup]] = tuple
        self._whole_groups = False

    def offer(self, groups: Iterable[AgencyGroup], *, whole_groups: bool = False) -> None:
        """Set the choices. `whole_groups` also offers groups that only head their offices, because a quota may be for a group."""
        self.__dict__.pop("_groups", None)
        self._read = lambda: groups
        self._whole_groups = whole_groups
        if self.typed is not None or self.words:
            self.data = {choice.code: choice.id for choice in self._offered()}.get(self.typed or "")
            self._take_what_was_typed()

    def offer_when_shown(self, read: Callable[[], Iterable[AgencyGroup]], *, find: Callable[[str], int | None]) -> None:
        """Set the choices of a form that is sent often: read the directory only when the page is shown, and check a sent code with `find`.

        Args:
            read: returns the groups to offer.
            find: returns the id of the agency with this code if it is among those offered, else None.
        """
        self.__dict__.pop("_groups", None)
        self._read = read
        if self.typed and self.typed != NO_CODE and self.typed.isprintable():  # the database would refuse some of the other characters
            self.data = find(self.typed)
        self._take_what_was_typed()

    def _take_what_was_typed(self) -> None:
        """Choose the agency that was typed instead of chosen, if only one can be meant."""
        words = self.typed or self.words
        if self.data is not None or not words or words == NO_CODE or len(words) > LONGEST:
            return
        language, other = (current_language(), "es" if current_language() == "en" else "en")
        offered = {choice.id: choice for choice in self._offered()}
        self._meant = meant_by(words, (_findable(choice, language, other) for choice in offered.values()))
        if len(self._meant) == 1:
            self.data = self._meant[0]
            self.raw_data = [offered[self.data].code]

    @cached_property
    def _groups(self) -> tuple[AgencyGroup, ...]:
        return tuple(self._read())

    @property
    def chosen(self) -> AgencyChoice | None:
        """The chosen agency, if it is among those offered."""
        return next((choice for choice in self._offered() if choice.id == self.data), None)

    @property
    def is_written(self) -> bool:
        """Whether the agency is one that is not in the list: that is chosen, or nothing is and a name is written."""
        return self.lets_write is not None and self.data is None and (self.typed == NO_CODE or (not self.typed and bool(self.written)))

    @property
    def offers_none(self) -> bool:
        """Whether there is no agency to choose: the directory is empty, or nothing in it exists on that day."""
        return next(self._offered(), None) is None

    @property
    def examples(self) -> tuple[str, ...]:
        """What can be typed to find an agency of those offered: a code, and a state or another code. At most two; may be empty."""
        codes = [choice.code for choice in self._offered() if choice.state is None and not choice.heads_a_kind]
        states = [choice.state for choice in self._offered() if choice.state is not None]
        return (*codes[:1], *(states[:1] or codes[1:2])) if codes else tuple(states[:2])

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the code, what was typed beside it, and whether a name was written."""
        self.words = words_beside(self.name, formdata)
        self.written = clean_text(formdata.get(f"{self.name}_text")) if formdata is not None else None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Store the code until `offer` finds the agency for it."""
        self.typed = str(valuelist[0]) if valuelist else None
        self.data = None

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that was not offered, and words that mean no agency or several, also where the field may be empty."""
        if self.data is not None or self.is_written:
            return
        if self.typed:
            raise StopValidation(_("Please choose an agency of the list."))
        if self._meant:
            raise StopValidation(
                _(
                    "«%(words)s» can be any of %(number)d agencies. Please choose one from the list.",
                    words=self.words,
                    number=len(self._meant),
                )
            )
        if self.words:
            if self.lets_write is not None:
                words = _("No agency in the list is called «%(words)s». Please choose one, or the last line of the list.", words=self.words)
                raise StopValidation(words)
            raise StopValidation(_("No agency in the list is called «%(words)s». Please choose one from the list.", words=self.words))

    def has_groups(self) -> bool:
        """Return True: choices are always grouped by agency group."""
        return True

    def iter_groups(self) -> Iterator[tuple[Any, list[Choice]]]:
        """Yield for each group its label (code and name) and its options."""
        language = current_language()
        yield None, [Choice("", _("Choose an agency"), self.data is None and not self.is_written, {})]
        for group in self._groups:
            yield f"{group.code} · {group.name(language)}", [self._option(choice, language) for choice in self._choices_of(group)]
        if self.lets_write is not None:
            yield None, [Choice(NO_CODE, str(self.lets_write), self.is_written, {})]

    def iter_choices(self) -> Iterator[Choice]:
        """Yield the options of `iter_groups` without the groups."""
        for _label, options in self.iter_groups():
            yield from options

    def _option(self, choice: AgencyChoice, language: str) -> Choice:
        words, known_by = option_of(choice, choice.label(language), language)
        return Choice(choice.code, words, choice.id == self.data, known_by)

    def _choices_of(self, group: AgencyGroup) -> tuple[AgencyChoice, ...]:
        if self._whole_groups and group.group.heads_a_kind:
            return (group.group, *group.offices)
        return group.offices

    def _offered(self) -> Iterator[AgencyChoice]:
        for group in self._groups:
            yield from self._choices_of(group)


class _Chosen(Filled):
    """Require an agency: one of the list, or a written one."""

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse a field in which nothing was chosen, unless a name is written."""
        if not field.is_written:
            super().__call__(form, field)


def agency_needed(message: Any) -> Filled:
    """Return a validator: an agency must be chosen, or written where the field lets people write it."""
    return _Chosen(message)


class _Written:
    """Require the name of an agency that is not in the list. Beside a chosen agency a name is dropped."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Any, field: Any) -> None:
        """Refuse an empty name where one is needed; stop there where none is."""
        agency: AgencyField = form[field.name.removesuffix("_text")]
        if agency.data is not None:
            field.data = ""
        if not field.data:
            raise StopValidation(self.message if agency.is_written else "")


def agency_text_field(label: Any, *, message: Any, hint: Any) -> StringField:
    """Return the field for the name of an agency that is not in the list. It stands beside an `AgencyField` of the same form.

    Args:
        label: of the field.
        message: what is said if the name is missing.
        hint: when to fill it in.
    """
    return StringField(label, filters=[clean_text], validators=[_Written(message), readable, at_most(LINE)], description=hint)


def written_agency(agency: AgencyField, text: StringField) -> str | None:
    """Return the name of an agency that is not in the list; None if one is chosen."""
    return (text.data or None) if agency.is_written else None


def _as_id(value: Any) -> int | None:
    return None if value is None else int(value)


def option_of(choice: AgencyChoice, label: str, language: str) -> tuple[str, dict[str, str]]:
    """Return the words of an option that stands for this agency, and the attributes by which the page's script finds it."""
    other = choice.name("es" if language == "en" else "en")
    known_by = {"data-aliases": _joined((choice.code, other, *choice.aliases))}
    if choice.former:
        known_by["data-former"] = _joined(name for each in choice.former for name in (each.code, *each.names) if name)
        known_by["data-label"] = label
    return _full_label(choice, label), known_by


def _full_label(choice: AgencyChoice, label: str) -> str:
    """Return the label with what the agency succeeded: «FGR · Fiscalía General de la República, antes PGR»."""
    if not choice.former:
        return label
    return str(_("%(agency)s, formerly %(codes)s", agency=label, codes=", ".join(each.code for each in choice.former)))


def _findable(choice: AgencyChoice, language: str, other: str) -> Findable:
    label = choice.label(language)
    former = (name for each in choice.former for name in (each.code, *each.names))
    return Findable(choice.id, label, (_full_label(choice, label), choice.code, choice.name(other), *choice.aliases, *former))


def _joined(names: Iterable[str]) -> str:
    return "|".join(name.replace("|", " ") for name in names)
