"""The 32 states of Mexico and how lists shorten their names. No database.

Source: INEGI, Catálogo Único de Claves de Áreas Geoestadísticas (names), and its usual abbreviations;
ISO 3166-2:MX (three letters).
"""

from __future__ import annotations

from seminar_app.core.folding import fold

_STATES: dict[str, str] = {
    "Aguascalientes": "Ags|Ag|Agu",
    "Baja California": "BC|B C|B C N|BCN|Baja California Norte|Baja Calif",
    "Baja California Sur": "BCS|B C S",
    "Campeche": "Camp|Cam",
    "Coahuila": "Coah|Coahuila de Zaragoza|Coa",
    "Colima": "Col",
    "Chiapas": "Chis|Chp",
    "Chihuahua": "Chih|Chh",
    "Ciudad de México": "CDMX|CD MX|Cd de México|C D M X|Cmx|Mexico City",
    "Distrito Federal": "DF|D F|México DF|México D F",
    "Durango": "Dgo|Dur",
    "Guanajuato": "Gto|Gua",
    "Guerrero": "Gro",
    "Hidalgo": "Hgo|Hid",
    "Jalisco": "Jal",
    "Estado de México": "Edomex|Edo Mex|Edo de Mex|Edo México|Edo de México|Mex|E de Mex|Méx",
    "Michoacán": "Mich|Mic|Michoacán de Ocampo",
    "Morelos": "Mor",
    "Nayarit": "Nay",
    "Nuevo León": "NL|N L|NLe|Nvo León",
    "Oaxaca": "Oax",
    "Puebla": "Pue",
    "Querétaro": "Qro|Que|Querétaro de Arteaga|Qto",
    "Quintana Roo": "QR|Q R|Q Roo|QRoo|Roo|Qnt Roo",
    "San Luis Potosí": "SLP|S L P",
    "Sinaloa": "Sin",
    "Sonora": "Son",
    "Tabasco": "Tab",
    "Tamaulipas": "Tamps|Tam|Tamp",
    "Tlaxcala": "Tlax|Tla",
    "Veracruz": "Ver|Veracruz de Ignacio de la Llave|Veracruz Llave",
    "Yucatán": "Yuc",
    "Zacatecas": "Zac",
}
"""Name and shortened names, without dots. The federal district keeps its name of before 2016 where a list writes it."""

STATES = {fold(name): name for name in _STATES} | {"mexico": "México"}
"""State by folded name. «México» alone is a name of the Estado de México, and stays as it is."""
LONGEST = 60
"""Letters of a text that are compared; no name is longer."""
SHORT = {fold(short): name for name, shorts in _STATES.items() for short in shorts.split("|")}


STATE_NAMES = tuple(name for name in _STATES if name != "Distrito Federal")
"""Names of the 32 states."""


def state_named(text: str) -> str | None:
    """Return the state as it is spelled if the text is its name, in whatever case and accents; None for anything else."""
    return STATES.get(fold(text[:LONGEST]))


def state_meant(text: str) -> str | None:
    """Return the state that a shortened name means: «Oax.» is Oaxaca; None for whole names and for anything else."""
    folded = fold(text[:LONGEST])
    return None if folded in STATES else SHORT.get(folded)
