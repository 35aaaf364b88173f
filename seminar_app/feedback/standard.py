"""The standard reaction form: the questions after every seminar, unless its organizer changes them. No database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seminar_app.core.folding import fold
from seminar_app.feedback.rules import LONGEST_PROMPT, Asked, Option, QuestionKind

CONFIDENCE_BEFORE = "confidence_before"
CONFIDENCE_NOW = "confidence_now"
SPEAKER = "speaker:"


@dataclass(frozen=True, slots=True)
class SpeakerAsked:
    """A speaker of the programme. A person who speaks twice is asked about once."""

    public_id: uuid.UUID
    name: str

    @property
    def key(self) -> str:
        """The key of the question about this speaker."""
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


def about_speaker(speaker: SpeakerAsked) -> Asked:
    """Return the question about one speaker."""
    return _scale(
        speaker.key,
        f"¿Qué tan provechosa fue la participación de {speaker.name}?"[:LONGEST_PROMPT],
        f"How worthwhile was the contribution of {speaker.name}?"[:LONGEST_PROMPT],
        QUALITY,
    )


def each_once(speakers: Iterable[SpeakerAsked]) -> tuple[SpeakerAsked, ...]:
    """Return the speakers of all sessions in order of appearance, each name once."""
    seen: dict[str, SpeakerAsked] = {}
    for speaker in speakers:
        seen.setdefault(fold(speaker.name), speaker)
    return tuple(seen.values())


def reaction_form(speakers: Iterable[SpeakerAsked]) -> tuple[Asked, ...]:
    """Return the standard questions, with one for each speaker."""
    return (*BEFORE_SPEAKERS, *map(about_speaker, each_once(speakers)), *AFTER_SPEAKERS)


def speakers_missing(questions: Sequence[Asked], speakers: Iterable[SpeakerAsked]) -> tuple[SpeakerAsked, ...]:
    """Return speakers that the form does not ask about: added after the form was made, or removed from it."""
    asked = {question.key for question in questions}
    return tuple(speaker for speaker in each_once(speakers) if speaker.key not in asked)
