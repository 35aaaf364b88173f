"""What the heading of a column says that the column is for, in Spanish and English. No database.

Source: the headings of the lists in `tests/data`, of the transparency portal's formats, of web forms and of meeting reports.
"""

from __future__ import annotations

import re
from functools import lru_cache

from seminar_app.core.folding import fold
from seminar_app.nominations.shapes import Field

LONGEST_HEADING = 240
"""Letters of the longest question that is still a heading."""

_RULES: tuple[tuple[str, Field], ...] = (
    # the column that our own corrected copy adds
    (r"que esta mal|what is wrong", Field.LEFT_OUT),
    # what belongs to the list, to the answer, or to somebody else
    (r"^(no|n|num|nums|numero|np|nro|id|folio|consecutivo|progresivo|item|row|fila|renglon)$", Field.LEFT_OUT),
    (r"^(no|num|numero) (de )?(empleado|control|expediente|progresivo|consecutivo|nomina|placa|oficio|lista|credencial)\b", Field.LEFT_OUT),
    (r"\b(firma|rubrica|signature|marca temporal|timestamp|hora de|aviso de privacidad|privacy|acepto|consent\w*)\b", Field.LEFT_OUT),
    (r"\b(observacion(es)?|comentarios?|notas?|remarks?|comments?|notes?|estatus|status|vigencia)\b", Field.LEFT_OUT),
    (r"\b(apoyo|dieta|dietary|alimenta\w+|alergia\w*|allerg\w+|accesibilidad|discapacidad|talla|hospedaje)\b", Field.LEFT_OUT),
    (r"\btipo de (sangre|vialidad)\b", Field.LEFT_OUT),
    (r"\b(join|leave|duration|duracion|participant id|upn|user id|usuario|username|contrasena)\b", Field.LEFT_OUT),
    (r"\b(jefe|jefa|superior|supervisor\w*|emergencias?|emergency|beneficiari\w+|conyuge|responsable de la informacion)\b", Field.LEFT_OUT),
    (r"\b(cuip|cup|rfc|nss|imss|issste|ine|ife|pasaporte|passport|cartilla|licencia|matricula)\b", Field.LEFT_OUT),
    (r"^(ejercicio|edad|age|clave\b.*|nivel\b.*|total\b.*)$|\b(estado civil|nacionalidad|nationality|marital)\b", Field.LEFT_OUT),
    (r"\b(escolaridad|grado de estudios|nivel de estudios|antiguedad|vialidad|codigo postal|calle|domicilio)\b", Field.LEFT_OUT),
    (r"\b(lugar|entidad|estado|municipio|ciudad|place|country|pais) (de|of) (nacimiento|birth)\b", Field.LEFT_OUT),
    (r"\b(municipio|ciudad|city|localidad|pais|country)$", Field.LEFT_OUT),
    # data with words of their own
    (r"\bcurp", Field.CURP),
    (r"\b(correos?|e ?mails?|mail)\b", Field.EMAIL),
    (r"\b(nacimiento|birth\w*|dob|(f|fec|fecha|fch) (de )?nac|nac)\b", Field.BIRTH_DATE),
    (r"^(fechas?|fec|date)\b|\b(fecha de|date of) (alta|ingreso|inicio|termino|actualizacion|registro|hire|entry)\b", Field.LEFT_OUT),
    (r"\b(telefonos?|tel|tels|telefonic\w+|celular(es)?|cel|movil|phones?|mobile|cell|whatsapp|lada)\b", Field.PHONE),
    (r"^(ext|extension)$", Field.LEFT_OUT),
    (r"^((sexo|genero|sex|gender) )?(mujer(es)?|femenino|fem|female|women|f)$", Field.SEX_FEMALE),
    (r"^((sexo|genero|sex|gender) )?(hombres?|masculino|masc|male|men|h)$", Field.SEX_MALE),
    (r"\b(sexo|genero|gender|sex)\b", Field.SEX),
    # names
    (r"^(?=.*\bnombres?\b)(?=.*\bpaterno\b)(?=.*\bmaterno\b)", Field.FULL_NAME),
    (r"\bpaterno\b.*\bmaterno\b|\bprimer\b.*\bsegundo\b.*\bapellidos?\b", Field.SURNAMES),
    (r"^nombre (de la |de |del )?(dependencia|institucion|corporacion|organismo)\b", Field.AGENCY),
    (r"^nombre (de la |de |del )?(puesto|cargo|plaza)\b|^denominacion (de la |de |del )?(puesto|cargo|plaza)\b", Field.POSITION),
    (r"^nombre (de la |de |del )?(unidad|area|adscripcion)\b", Field.UNIT),
    (r"^nombre (de la |de |del )?(curso|evento|seminario|archivo|corto|vialidad|capacitacion)\b|^nombre corto\b", Field.LEFT_OUT),
    (r"\bapellidos?\b.*\b(y )?nombres?\b|\bnombres?\b.*\by apellidos?\b|^surnames? (and )?(given )?names?$", Field.FULL_NAME),
    (r"\b(materno|segundo apellido|2 ?(do|o)? apellido|apellido 2|apellido dos|maternal|mother s)\b", Field.SURNAME2),
    (r"\b(last ?name|surname) (2|two)\b|\bsecond (last ?name|surname)\b", Field.SURNAME2),
    (r"\b(paterno|primer apellido|1 ?(er|o)? apellido|apellido 1|apellido uno|paternal|father s)\b", Field.SURNAME1),
    (r"\b(last ?name|surname) (1|one)\b|\bfirst (last ?name|surname)\b", Field.SURNAME1),
    (r"\b(apellidos?|surnames?|last ?names?|family ?names?)\b", Field.SURNAMES),
    (r"\b(nombre completo|full ?name|complete name)\b", Field.FULL_NAME),
    (r"\bnombre del? (la )?(participante|asistente|nominad[oa]|servidora?|candidat[oa])\b", Field.FULL_NAME),
    (r"^(participantes?|asistentes?|nominad[oa]s?|candidat[oa]s?|funcionari[oa]s?|nominees?)$", Field.FULL_NAME),
    (r"^servidor(es|as?)? public[oa]s?$", Field.FULL_NAME),
    (r"\b(nombres?|names?)\b", Field.GIVEN_NAMES),
    # office
    (r"^(job title|title of position|position title)$", Field.POSITION),
    (r"\b(titulo|tratamiento|grado academico|profesion)\b|^title$|^tit$|^(prefix|prefijo|salutation)$", Field.TITLE),
    (r"\b(cargos?|puestos?|position|job|funcion|nombramiento|categoria|ocupacion|role?)\b", Field.POSITION),
    (r"\b(grado|rango|rank|jerarquia)\b", Field.RANK),
    (r"\b(dependencias?|institucion|corporacion|organismo|agency|agencia|procedencia)\b", Field.AGENCY),
    (r"\b(organization|organizacion|institution)\b", Field.AGENCY),
    (r"\b(estado|edo|entidad|state)\b", Field.STATE),
    (r"\b(adscripcion|area|unidad|departamento|oficina|sede|delegacion|subdelegacion|division|unit|department|office)\b", Field.UNIT),
    (r"\b(centro|lugar) de trabajo\b|\bdireccion (general|de area)\b", Field.UNIT),
)  # fmt: skip
"""Patterns over folded headings, first match first: «Fecha de alta en el cargo» is a date before it is a position."""

_COMPILED = tuple((re.compile(pattern), field) for pattern, field in _RULES)
_ENGLISH = re.compile(r"\b(gender|sex|dob|birth\w*|date|name|names|phone|rank|position|agency|state|male|female)\b")
_FEMALE_AND_M = re.compile(r"\bf m\b|\bm f\b")
_MALE_AND_M = re.compile(r"\bh m\b|\bm h\b")
_DAY_FIRST = re.compile(r"\b(dd?|dia) (mm?|mes)\b|\bd m a\b")
_MONTH_FIRST = re.compile(r"\b(mm?|mes|month) (dd?|dia|day)\b")
_SPELLED = re.compile(r"\b\w(?: \w\b){2,}")
"""Three letters and more with dots between them: «C.U.R.P.»."""
_PREFERRED = re.compile(r"\b(institucional|oficial|official|work|trabajo|laboral|oficina)\b")

NAMES = frozenset({Field.GIVEN_NAMES, Field.SURNAME1, Field.SURNAME2, Field.SURNAMES, Field.FULL_NAME})
OF_A_PERSON = NAMES | {Field.EMAIL, Field.CURP}
"""Fields of which a list of people has at least one."""


@lru_cache(maxsize=4096)
def field_of(heading: str) -> Field | None:
    """Return what a heading says its column is for; None if it says nothing.

    `GIVEN_NAMES` may be a whole name, and `SURNAMES` a first surname: the columns beside it tell (`layout`).
    """
    if not heading or len(heading) > LONGEST_HEADING:
        return None
    if heading.strip() in {"#", "Nº", "N°", "№"}:
        return Field.LEFT_OUT
    folded = _SPELLED.sub(lambda match: match[0].replace(" ", ""), fold(heading))
    if not folded or folded.isdigit():
        return None
    return next((field for pattern, field in _COMPILED if pattern.search(folded)), None)


def is_english(heading: str) -> bool:
    """Whether a heading has an English word: «Gender», «DOB». «Sexo» and «Género» are none."""
    return bool(_ENGLISH.search(fold(heading)))


def m_by_heading(heading: str) -> str:
    """Return what «M» means below this heading, if no value tells: F (mujer) in Spanish, M (male) in English, or as «(H/M)» says."""
    folded = fold(heading)
    if _MALE_AND_M.search(folded):
        return "F"
    if _FEMALE_AND_M.search(folded):
        return "M"
    return "M" if is_english(heading) else "F"


def is_day_first(heading: str) -> bool:
    """Whether the day comes first in dates below this heading, if no value tells: as «(mm/dd/aaaa)» says, else by its language."""
    folded = fold(heading)
    if _DAY_FIRST.search(folded):
        return True
    return not (_MONTH_FIRST.search(folded) or is_english(heading))


def is_preferred(heading: str) -> bool:
    """Whether of two columns with addresses or phones this is the office's."""
    return bool(_PREFERRED.search(fold(heading)))
