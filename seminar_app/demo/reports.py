"""Indicators as an office is asked for them every year."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from seminar_app.core.change_context import ChangeContext
from seminar_app.demo.content import TOPIC
from seminar_app.reports.rules import Definition, Dimension, Status, one_of
from seminar_app.reports.services import IndicatorFacts, add_indicator

FIRST_DAY = date(2013, 10, 1)
FIRST_RESPONDERS = ("CNS", "GN", "INM")
"""Groups of those who meet victims first: federal police, National Guard, migration officers."""

INDICATORS = (
    (
        "TIP-1",
        IndicatorFacts(
            "Personas capacitadas en la prevención y persecución de la trata",
            "People trained in preventing and prosecuting trafficking in persons",
            Definition(only={Dimension.TOPIC: TOPIC[0]}),
            "Demostración: informe anual de la oficina",
        ),
    ),
    (
        "TIP-2",
        IndicatorFacts(
            "Primeros respondientes capacitados en la identificación de víctimas",
            "First responders trained on victim identification",
            Definition(status=Status.ATTENDED, only={Dimension.TOPIC: TOPIC[0], Dimension.GROUP: one_of(FIRST_RESPONDERS)}),
            "Demostración: informe anual de la oficina",
        ),
    ),
    (
        "TIP-3",
        IndicatorFacts(
            "Personas que completaron un seminario con 8 horas de contacto o más",
            "People who completed a seminar with 8 contact hours or more",
            Definition(least_minutes=8 * 60),
            "Demostración: norma de capacitación de la oficina",
        ),
    ),
)


def add_indicators(session: Session, context: ChangeContext) -> None:
    """Add three indicators that hold from the fiscal year of the first seminar on."""
    for code, facts in INDICATORS:
        add_indicator(session, context, code=code, facts=facts, valid_from=FIRST_DAY)
