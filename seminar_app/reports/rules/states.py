"""The 32 federal entities of Mexico: their codes, the names that directories give them, and their places on a tile grid.

Each entity has a tile of the same size, roughly where it lies on the map, so that a small one is read as well as a large one. Codes are
those of ISO 3166-2:MX.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from seminar_app.core.folding import fold

COUNTRY = "MX"
COLUMNS, ROWS = 9, 6


class FederalEntity(Struct, frozen=True):
    """A state of Mexico, or Mexico City. `row` and `column` begin with 1 in the north-west."""

    code: str
    name: str
    row: int
    column: int


STATES = (
    FederalEntity("AGU", "Aguascalientes", 3, 3),
    FederalEntity("BCN", "Baja California", 1, 1),
    FederalEntity("BCS", "Baja California Sur", 2, 1),
    FederalEntity("CAM", "Campeche", 5, 8),
    FederalEntity("CHP", "Chiapas", 6, 6),
    FederalEntity("CHH", "Chihuahua", 1, 3),
    FederalEntity("CMX", "Ciudad de México", 4, 5),
    FederalEntity("COA", "Coahuila", 1, 4),
    FederalEntity("COL", "Colima", 5, 2),
    FederalEntity("DUR", "Durango", 2, 3),
    FederalEntity("GUA", "Guanajuato", 3, 4),
    FederalEntity("GRO", "Guerrero", 5, 3),
    FederalEntity("HID", "Hidalgo", 3, 6),
    FederalEntity("JAL", "Jalisco", 4, 2),
    FederalEntity("MEX", "México", 4, 4),
    FederalEntity("MIC", "Michoacán", 4, 3),
    FederalEntity("MOR", "Morelos", 5, 4),
    FederalEntity("NAY", "Nayarit", 3, 2),
    FederalEntity("NLE", "Nuevo León", 1, 5),
    FederalEntity("OAX", "Oaxaca", 6, 5),
    FederalEntity("PUE", "Puebla", 5, 5),
    FederalEntity("QUE", "Querétaro", 3, 5),
    FederalEntity("ROO", "Quintana Roo", 5, 9),
    FederalEntity("SLP", "San Luis Potosí", 2, 5),
    FederalEntity("SIN", "Sinaloa", 2, 2),
    FederalEntity("SON", "Sonora", 1, 2),
    FederalEntity("TAB", "Tabasco", 6, 7),
    FederalEntity("TAM", "Tamaulipas", 2, 6),
    FederalEntity("TLA", "Tlaxcala", 4, 6),
    FederalEntity("VER", "Veracruz", 5, 6),
    FederalEntity("YUC", "Yucatán", 4, 9),
    FederalEntity("ZAC", "Zacatecas", 2, 4),
)
_OTHER_NAMES = {
    "CMX": ("Distrito Federal", "Mexico City", "CDMX", "DF"),
    "COA": ("Coahuila de Zaragoza",),
    "MEX": ("Estado de México", "State of Mexico", "Edomex"),
    "MIC": ("Michoacán de Ocampo",),
    "NLE": ("Nuevo Leon",),
    "QUE": ("Querétaro de Arteaga",),
    "VER": ("Veracruz de Ignacio de la Llave", "Veracruz-Llave"),
}
_BY_NAME: Mapping[str, FederalEntity] = {
    fold(name): state for state in STATES for name in (state.name, state.code, *_OTHER_NAMES.get(state.code, ()))
}


def state_named(name: str) -> FederalEntity | None:
    """Return the state that a directory calls so; None for a state of another country and for no state. Case and accents do not matter."""
    return _BY_NAME.get(fold(name))
