"""The standard reaction form: the questions after every seminar, unless its organizer changes them. No database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from msgspec import Struct

from seminar_app.core.folding import fold
from seminar_app.core.values import replace
from seminar_app.feedback.figures import Pair
from seminar_app.feedback.rules import LONGEST_PROMPT, MOST_QUESTIONS, Asked, Option, QuestionKind

CONFIDENCE_BEFORE = "confidence_before"
CONFIDENCE_NOW = "confidence_now"
CONFIDENCE_PAIR = Pair(CONFIDENCE_BEFORE, CONFIDENCE_NOW)
SPEAKER = "speaker:"


_OF_NAMES = uuid.UUID("5f0c3a5e-3a0a-4f0e-9d5b-6a8f0c1d2e34")
"""Namespace of the keys that are made of speakers' names."""


class SpeakerAsked(Struct, frozen=True):
    """A speaker of the programme, in one of its sessions. A person who speaks twice is asked about once."""

    public_id: uuid.UUID
    name: str

    @property
    def folded(self) -> str:
        """The name without accents and case. Two spellings that fold to the same are one speaker."""
        return fold(self.name) or self.name

    @property
    def key(self) -> str:
        """The key of the question about this speaker: made of the name, so that it outlives a moved or restored session."""
        return f"{SPEAKER}{uuid.uuid5(_OF_NAMES, self.folded).hex}"

    @property
    def former_key(self) -> str:
        """The key that forms had before: of the speaker's place in one session."""
        return f"{SPEAKER}{self.public_id.hex}"


def _ends(low_es: str, low_en: str, high_es: str, high_en: str) -> tuple[Option, ...]:
    return Option("1", low_es, low_en), Option("5", high_es, high_en)


AGREEMENT = _ends("Nada", "Not at all", "Por completo", "Completely")
QUALITY = _ends("Muy deficiente", "Very poor", "Excelente", "Excellent")
CONFIDENCE = _ends("Ninguna", "None", "Mucha", "A great deal")


def _scale(key: str, es: str, en: str, ends: tuple[Option, ...], *, required: bool = False) -> Asked:
    return Asked(key, QuestionKind.SCALE, es, en, required, ends)


def _right_amount(key: str, es: str, en: str, *options: tuple[str, str, str]) -> Asked:
    return Asked(key, QuestionKind.CHOICE, es, en, False, tuple(Option(*option) for option in options))


BEFORE_SPEAKERS = (
    _scale(
        "met_objectives", "¿Se cumplieron los objetivos del seminario?", "Did the seminar meet its objectives?", AGREEMENT, required=True
    ),
    _scale(
        "relevance",
        "¿Qué tanto le sirve lo que vio para su trabajo?",
        "How useful is what you saw for your work?",
        AGREEMENT,
        required=True,
    ),
    _right_amount(
        "level",
        "¿Cómo fue el nivel de los temas para usted?",
        "How was the level of the topics for you?",
        ("too_basic", "Demasiado básico", "Too basic"),
        ("right", "Adecuado", "About right"),
        ("too_advanced", "Demasiado avanzado", "Too advanced"),
    ),
)
MET_OBJECTIVES = BEFORE_SPEAKERS[0]
"""The question by which seminars are compared."""
AFTER_SPEAKERS = (
    _scale("materials", "¿Cómo fueron los materiales?", "How were the materials?", QUALITY),
    _right_amount(
        "practice_time",
        "¿Cómo fue el tiempo para practicar y hacer ejercicios?",
        "How was the time for practice and exercises?",
        ("too_little", "Poco", "Too little"),
        ("right", "Adecuado", "About right"),
        ("too_much", "Demasiado", "Too much"),
    ),
    _scale(
        "logistics",
        "¿Cómo fue la organización: sede, horarios, traslados, alimentos?",
        "How was the organization: venue, schedule, transport, meals?",
        QUALITY,
    ),
    _scale(
        CONFIDENCE_BEFORE,
        "Antes del seminario, ¿cuánta seguridad tenía para aplicar estos temas?",
        "Before the seminar, how confident were you in applying these topics?",
        CONFIDENCE,
        required=True,
    ),
    _scale(
        CONFIDENCE_NOW,
        "Y ahora, ¿cuánta seguridad tiene para aplicarlos?",
        "And now, how confident are you in applying them?",
        CONFIDENCE,
        required=True,
    ),
    Asked(
        "met_counterpart",
        QuestionKind.YES_NO,
        "¿Conoció a alguien de otra dependencia con quien podrá trabajar?",
        "Did you meet somebody from another agency whom you will be able to work with?",
    ),
    Asked("most_useful", QuestionKind.TEXT, "¿Qué fue lo más útil?", "What was most useful?"),
    Asked("change", QuestionKind.TEXT, "¿Qué cambiaría?", "What would you change?"),
    Asked(
        "recommend",
        QuestionKind.YES_NO,
        "¿Recomendaría este seminario a un colega?",
        "Would you recommend this seminar to a colleague?",
        True,
    ),
)


_ABOUT_ES, _ABOUT_EN = "¿Qué tan provechosa fue la participación de ", "How worthwhile was the contribution of "


def about_speaker(speaker: SpeakerAsked) -> Asked:
    """Return the question about one speaker."""
    return _scale(
        speaker.key,
        f"{_ABOUT_ES}{speaker.name}?"[:LONGEST_PROMPT],
        f"{_ABOUT_EN}{speaker.name}?"[:LONGEST_PROMPT],
        QUALITY,
    )


def each_once(speakers: Iterable[SpeakerAsked]) -> tuple[SpeakerAsked, ...]:
    """Return the speakers of all sessions in order of appearance, each name once."""
    seen: dict[str, SpeakerAsked] = {}
    for speaker in speakers:
        seen.setdefault(speaker.folded, speaker)
    return tuple(seen.values())


def reaction_form(speakers: Iterable[SpeakerAsked]) -> tuple[Asked, ...]:
    """Return the standard questions, with one for each speaker as far as there is room; the editor offers the others."""
    room = MOST_QUESTIONS - len(BEFORE_SPEAKERS) - len(AFTER_SPEAKERS)
    return (*BEFORE_SPEAKERS, *map(about_speaker, each_once(speakers)[:room]), *AFTER_SPEAKERS)


def speakers_missing(questions: Sequence[Asked], speakers: Iterable[SpeakerAsked]) -> tuple[SpeakerAsked, ...]:
    """Return speakers that the form does not ask about: added after the form was made, removed from it, or left out for want of room."""
    programme = tuple(speakers)
    asked_about = {speaker.folded for speaker in _asked_about(questions, programme).values()}
    return tuple(speaker for speaker in each_once(programme) if speaker.folded not in asked_about)


def respelt(questions: Sequence[Asked], speakers: Iterable[SpeakerAsked]) -> tuple[Asked, ...]:
    """Return the questions with the names of speakers as the programme now spells them, where the question is the standard one."""
    found = _asked_about(questions, tuple(speakers))
    return tuple(_respelt(question, found.get(question.key)) for question in questions)


def _respelt(question: Asked, speaker: SpeakerAsked | None) -> Asked:
    if speaker is None or speaker_in(question) in (None, speaker.name):
        return question
    new = about_speaker(speaker)
    return replace(question, prompt_es=new.prompt_es, prompt_en=new.prompt_en)


def _asked_about(questions: Sequence[Asked], speakers: Sequence[SpeakerAsked]) -> dict[str, SpeakerAsked]:
    """Return whom each question is about, by its key.

    A question is about the speaker of its key, or whose name it says, whatever the accents. Names that differ in a letter are two
    people: Mario and María.
    """
    by_key = {key: speaker for speaker in speakers for key in (speaker.former_key, speaker.key)}
    by_name = {speaker.folded: speaker for speaker in each_once(speakers)}
    found = {}
    for question in questions:
        speaker = by_key.get(question.key) or by_name.get(fold(speaker_in(question) or ""))
        if speaker is not None:
            found[question.key] = by_name[speaker.folded]
    return found


def speaker_in(question: Asked) -> str | None:
    """Return the name that a standard question about a speaker asks about; None of one that was reworded."""
    said = question.prompt_es
    if not said.startswith(_ABOUT_ES) or question.prompt_en != f"{_ABOUT_EN}{said.removeprefix(_ABOUT_ES)}"[:LONGEST_PROMPT]:
        return None
    return said.removeprefix(_ABOUT_ES).removesuffix("?")
