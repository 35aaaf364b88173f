"""Invented people and forms for the gallery: long names, every kind of field, 90 rows in four groups."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from flask_babel import get_locale
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

STATES = ("Aguascalientes", "Baja California", "Chiapas", "Ciudad de México", "Guanajuato", "Quintana Roo", "Veracruz", "Yucatán")
GIVEN = ("María del Carmen", "José Ángel", "Guadalupe", "Francisco Javier", "Ana Sofía", "Luis", "Ma. Fernanda", "Jesús", "Itzel", "Noé")
SURNAMES = ("Peña", "de la Cruz", "Hernández", "Ibáñez", "Núñez", "López", "Mac Gregor", "Güemes", "Martínez", "Xool", "Zúñiga", "Ochoa")
REGISTRATION_STATES = ("registered",) * 12 + ("waitlisted", "pending", "withdrawn", "nominated")
STATE_WORDS = {
    "nominated": ("Con nominación", "Nominated"),
    "invited": ("Con invitación", "Invited"),
    "pending": ("Por autorizar", "To be approved"),
    "registered": ("Con lugar", "Registered"),
    "waitlisted": ("En espera", "Waiting"),
    "declined": ("Rechazó", "Declined"),
    "withdrawn": ("Canceló", "Withdrew"),
    "removed": ("Baja", "Removed"),
    "substituted": ("Con suplente", "Substituted"),
}
MARKS = ("present",) * 14 + ("late", "left_early", "excused", "absent", "")


def say(spanish: str, english: str) -> str:
    """Return the sentence in the page's language."""
    return spanish if str(get_locale()) == "es" else english


class Both:
    """A label in both languages; the language is chosen when it is shown."""

    def __init__(self, spanish: str, english: str) -> None:
        self.words = (spanish, english)

    def __str__(self) -> str:
        return say(*self.words)

    def __html__(self) -> str:
        return str(self)


def needed(spanish: str, english: str) -> InputRequired:
    """Return a validator that requires a value, with this sentence."""
    return InputRequired(Both(spanish, english))  # type: ignore[arg-type]


def label(spanish: str, english: str) -> Any:
    """Return a label in the form that WTForms takes."""
    return Both(spanish, english)


AGENCIES: Any = {
    "Federación": [
        ("PGR", "Procuraduría General de la República (PGR)", {"data-aliases": "PGR|Fiscalía General de la República|FGR"}),
        ("CNS", "Comisión Nacional de Seguridad (CNS), Policía Federal", {"data-aliases": "CNS|PF|Policía Federal|Guardia Nacional"}),
        ("INM", "Instituto Nacional de Migración (INM)", {"data-aliases": "INM|Migración"}),
    ],
    "Estados": [
        (f"PGJ-{state}", f"Procuraduría General de Justicia de {state}", {"data-aliases": f"PGJ {state}|Fiscalía de {state}"})
        for state in STATES
    ],
}


class RegistrationSample(Form):
    """A registration form as an official sees it."""

    given_names = StringField(
        label("Nombre(s)", "Given names"),
        [needed("Escriba su nombre.", "Enter your given names.")],
        render_kw={"autocomplete": "given-name"},
    )
    surname1 = StringField(
        label("Primer apellido", "First surname"),
        [needed("Escriba su primer apellido.", "Enter your first surname.")],
        render_kw={"autocomplete": "family-name"},
    )
    surname2 = StringField(label("Segundo apellido", "Second surname"), [Optional()])
    sex = RadioField(
        label("Sexo", "Sex"),
        [needed("Elija una opción.", "Choose one.")],
        choices=[
            ("F", label("Mujer", "Woman")),
            ("M", label("Hombre", "Man")),
            ("X", label("Otro o no deseo decirlo", "Other, or not said")),
        ],
    )
    email = EmailField(
        label("Correo electrónico", "E-mail"),
        [needed("Escriba un correo al que tenga acceso.", "Enter an e-mail address that you can read.")],
        render_kw={"autocomplete": "email"},
    )
    phone = TelField(label("Teléfono celular", "Mobile phone"), [Optional()], render_kw={"autocomplete": "tel"})
    agency = SelectField(
        label("Dependencia", "Agency"), [needed("Elija su dependencia.", "Choose your agency.")], choices={"": [("", "")], **AGENCIES}
    )
    position = StringField(label("Cargo", "Position"), [needed("Escriba su cargo.", "Enter your position.")])
    years = IntegerField(label("Años en el cargo", "Years in the position"), [Optional()], render_kw={"inputmode": "numeric"})
    curp = StringField("CURP", [Optional()], render_kw={"autocapitalize": "characters"})
    birth = DateField(label("Fecha de nacimiento", "Date of birth"), [Optional()])
    needs = TextAreaField(label("¿Necesita algún apoyo para participar?", "Do you need any support to take part?"), [Optional()])
    notice = BooleanField(
        label(
            "He leído el aviso de privacidad y acepto que mis datos se usen para este seminario",
            "I have read the privacy notice and agree that my data are used for this seminar",
        ),
        [needed("Para inscribirse debe aceptar el aviso.", "To register you have to accept the notice.")],
    )


class SeminarSample(Form):
    """A seminar's settings form as an organizer sees it."""

    name_es = StringField(label("Nombre en español", "Name in Spanish"), [needed("Escriba el nombre.", "Enter the name.")])
    name_en = StringField(label("Nombre en inglés", "Name in English"), [Optional()])
    first_day = DateField(label("Primer día", "First day"), [needed("Elija el día.", "Choose the day.")])
    begins = TimeField(label("Comienza a las", "Begins at"), [Optional()])
    seats = IntegerField(label("Lugares", "Seats"), [needed("Escriba cuántos lugares hay.", "Enter how many seats there are.")])
    asks = SelectMultipleField(
        label("Qué se pregunta además", "What else is asked"),
        [Optional()],
        choices=[
            ("curp", "CURP"),
            ("birth", label("Fecha y lugar de nacimiento", "Birth date and place")),
            ("passport", label("Pasaporte", "Passport")),
        ],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    roster = FileField(label("Lista de nominados", "List of nominees"), [Optional()])


@dataclass(frozen=True)
class Person:
    """A row of the roster."""

    name: str
    agency: str
    position: str
    state: str
    hours: int
    marks: tuple[str, ...]


def agencies() -> list[tuple[str, str, int, int]]:
    """Return (code, name, taken, size) of the four groups."""
    return [
        ("PGR", say("Procuraduría General de la República", "Federal attorney general"), 24, 24),
        ("PGJ", say("Procuradurías de los estados", "State attorneys general"), 38, 40),
        ("CNS", say("Comisión Nacional de Seguridad", "Federal police"), 16, 20),
        ("INM", say("Instituto Nacional de Migración", "Migration institute"), 6, 16),
    ]


@lru_cache
def roster() -> dict[str, list[Person]]:
    """Return 90 people in four groups, the same each time."""
    random = Random(2014)
    groups: dict[str, list[Person]] = {}
    for code, number in (("PGR", 25), ("PGJ", 40), ("CNS", 18), ("INM", 7)):
        people = []
        for _index in range(number):
            surnames = " ".join(random.sample(SURNAMES, 2))
            state = random.choice(STATES)
            marks = tuple(random.choice(MARKS) for _session in range(6))
            people.append(
                Person(
                    name=f"{surnames}, {random.choice(GIVEN)}",
                    agency=f"PGJ {state}" if code == "PGJ" else code,
                    position=random.choice(("Agente del Ministerio Público", "Suboficial", "Perita", "Agente Federal de Migración")),
                    state=random.choice(REGISTRATION_STATES),
                    hours=sum(3 for mark in marks if mark == "present"),
                    marks=marks,
                )
            )
        groups[code] = sorted(people, key=lambda person: person.name)
    return groups
