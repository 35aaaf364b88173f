"""The public form, built from the questions of its version, and the editor's form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DateTimeLocalField, FieldList, FormField, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are of 3.2

from seminar_app.feedback import rules
from seminar_app.feedback.rules import Asked, Option, QuestionKind
from seminar_app.web.forms import BaseForm, FormPart, at_most, clean_text, one_line, optional, readable, required

YES_NO_WORDS = (("1", _l("Yes")), ("0", _l("No")))


def _lines(value: Any) -> Any:
    """Normalize text. The end of a line counts as one character, however the browser sends it."""
    return clean_text(value.replace("\r\n", "\n")) if isinstance(value, str) else value


def options_of(question: Asked, language: str) -> list[tuple[str, str]]:
    """Return the options as (value, words). The numbers of a scale carry the words of its ends."""
    if question.kind is QuestionKind.YES_NO:
        return [(value, str(word)) for value, word in YES_NO_WORDS]
    words = {option.value: option.text(language) for option in question.options}
    if question.kind is QuestionKind.SCALE:
        return [(value, f"{value} · {words[value]}" if words.get(value) else value) for value in question.values]
    return list(words.items())


def answers_form(questions: Iterable[Asked], language: str) -> type[BaseForm]:
    """Build the form class that asks these questions in this language. Fields are named `Asked.field_name`."""
    fields = {question.field_name: _field(question, language, number) for number, question in enumerate(questions, start=1)}
    return type("AnswersForm", (BaseForm,), {"version": HiddenField(), **fields})


def _field(question: Asked, language: str, number: int) -> Any:
    label = question.prompt(language)
    if question.kind is QuestionKind.TEXT:
        needed = required(_l("Question %(number)s: please write an answer.", number=number)) if question.required else optional()
        return TextAreaField(label, filters=[_lines], validators=[needed, readable, at_most(rules.LONGEST_COMMENT)])
    if question.kind is QuestionKind.SCALE:
        missing = _l("Question %(number)s: please choose a number from 1 to 5.", number=number)
    else:
        missing = _l("Question %(number)s: please choose an answer.", number=number)
    choices = [SelectChoice(value, words) for value, words in options_of(question, language)]
    return RadioField(label, choices=choices, validators=[required(missing) if question.required else optional()])


def answers_in(form: BaseForm, questions: Iterable[Asked]) -> dict[str, str]:
    """Return the answers that were given, by question key."""
    return {question.key: form[question.field_name].data for question in questions if form[question.field_name].data}


class DatesForm(BaseForm):
    """When the form opens and closes by itself, in the seminar's local time. Once it was opened there is no field for opening."""

    seen = HiddenField()
    opens = DateTimeLocalField(_l("Opens"), validators=[optional()])
    closes = DateTimeLocalField(_l("Closes"), validators=[optional()])


class QuestionForm(FormPart):
    """One question in the editor. Fields that belong to another kind stay empty."""

    key = HiddenField()
    kind = HiddenField()
    prompt_es = one_line(_l("Question in Spanish"), length=rules.LONGEST_PROMPT, message=_l("Please write the question in Spanish."))
    prompt_en = one_line(_l("Question in English"), length=rules.LONGEST_PROMPT, message=_l("Please write the question in English."))
    low_es = one_line(_l("1 in Spanish"), length=rules.LONGEST_OPTION, needed=False)
    low_en = one_line(_l("1 in English"), length=rules.LONGEST_OPTION, needed=False)
    high_es = one_line(_l("5 in Spanish"), length=rules.LONGEST_OPTION, needed=False)
    high_en = one_line(_l("5 in English"), length=rules.LONGEST_OPTION, needed=False)
    options_es = TextAreaField(_l("Answers in Spanish, one a line"), filters=[_lines], validators=[optional(), readable, at_most(1000)])
    options_en = TextAreaField(_l("Answers in English, one a line"), filters=[_lines], validators=[optional(), readable, at_most(1000)])
    required = BooleanField(_l("Has to be answered"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Check what each kind of question needs besides its prompts."""
        sound = super().validate(extra_validators)
        faults = {
            "kind": self._fault_of_kind,
            "high_en": self._fault_of_ends,
            "options_en": self._fault_of_options,
        }
        for name, find in faults.items():
            if fault := find():
                self[name].errors = [*self[name].errors, fault]
                sound = False
        return sound

    def _fault_of_kind(self) -> str | None:
        known = self.kind.data in set(QuestionKind)
        return None if known else str(_("This question has no kind. Please remove it and add it again."))

    def _fault_of_ends(self) -> str | None:
        ends = (self.low_es.data, self.low_en.data, self.high_es.data, self.high_en.data)
        if self.kind.data != QuestionKind.SCALE or all(ends):
            return None
        return str(_("Please say in both languages what 1 and 5 mean."))

    def _fault_of_options(self) -> str | None:
        if self.kind.data != QuestionKind.CHOICE:
            return None
        spanish, english = _options(self.options_es.data), _options(self.options_en.data)
        if not 2 <= len(spanish) <= rules.MOST_OPTIONS or len(spanish) != len(english):
            return str(
                _("Please write from 2 to %(most)d answers, one a line, as many in one language as in the other.", most=rules.MOST_OPTIONS)
            )
        if any(len(words) > rules.LONGEST_OPTION for words in spanish + english):
            return str(_("An answer has at most %(most)d characters.", most=rules.LONGEST_OPTION))
        return None


class QuestionsForm(BaseForm):
    """All questions of a form, in order, as the editor shows them."""

    seen = HiddenField()
    questions = FieldList(FormField(QuestionForm))


def editor(rows: Sequence[Mapping[str, Any]], seen: str) -> QuestionsForm:
    """Build the editor's form from these rows; the data of the request is ignored."""
    shown = QuestionsForm(MultiDict(), data={"seen": seen, "questions": rows})
    for entry, row in zip(shown.questions, rows, strict=True):
        entry.form.required.data = bool(row["required"])  # an empty request does not mention the box; WTForms would read it as not ticked
    return shown


def row_of(question: Asked) -> dict[str, Any]:
    """Return a question as a row of the editor."""
    ends = {option.value: option for option in question.options} if question.kind is QuestionKind.SCALE else {}
    low, high = ends.get("1", Option("1", "", "")), ends.get("5", Option("5", "", ""))
    chosen = question.options if question.kind is QuestionKind.CHOICE else ()
    return {
        "key": question.key,
        "kind": question.kind.value,
        "prompt_es": question.prompt_es,
        "prompt_en": question.prompt_en,
        "low_es": low.es,
        "low_en": low.en,
        "high_es": high.es,
        "high_en": high.en,
        "options_es": "\n".join(option.es for option in chosen),
        "options_en": "\n".join(option.en for option in chosen),
        "required": question.required,
    }


def question_in(row: Mapping[str, Any]) -> Asked:
    """Build a question from a row of the editor that has passed validation. The options of a choice get their stored values later."""
    kind = QuestionKind(row["kind"])
    options: tuple[Option, ...] = ()
    if kind is QuestionKind.SCALE:
        options = Option("1", row["low_es"], row["low_en"]), Option("5", row["high_es"], row["high_en"])
    elif kind is QuestionKind.CHOICE:
        spanish, english = _options(row["options_es"]), _options(row["options_en"])
        options = tuple(Option(f"option_{n}", es, en) for n, (es, en) in enumerate(zip(spanish, english, strict=True), start=1))
    return Asked((row["key"] or "")[:64], kind, row["prompt_es"], row["prompt_en"], bool(row["required"]), options)


def _options(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
