"""The 32 states of Mexico by any usual spelling.

Source: names of the Constitution, article 43; abbreviations as the national gazetteer of INEGI prints them, the short ones of the
postal service and the codes of the CURP. «Distrito Federal» became Ciudad de México on 29 January 2016.
"""

from __future__ import annotations

from seminar_app.core.folding import fold

STATES: dict[str, tuple[str, ...]] = {
    "Aguascalientes": ("ags", "as", "agu"),
    "Baja California": ("bc", "b c", "bcn", "baja california norte"),
    "Baja California Sur": ("bcs", "b c s", "bs"),
    "Campeche": ("camp", "cc", "cam"),
    "Chiapas": ("chis", "cs", "chp"),
    "Chihuahua": ("chih", "ch", "chh"),
    "Ciudad de México": ("cdmx", "df", "d f", "distrito federal", "mexico df", "mexico d f", "cd de mexico", "cd mexico", "cmx"),
    "Coahuila": ("coah", "cl", "coa", "coahuila de zaragoza"),
    "Colima": ("col", "cm"),
    "Durango": ("dgo", "dg", "dur"),
    "Guanajuato": ("gto", "gt", "gua"),
    "Guerrero": ("gro", "gr"),
    "Hidalgo": ("hgo", "hg", "hid"),
    "Jalisco": ("jal", "jc"),
    "México": ("mex", "edomex", "edo mex", "edo de mexico", "edo de mex", "estado de mexico", "mc"),
    "Michoacán": ("mich", "mn", "mic", "michoacan de ocampo"),
    "Morelos": ("mor", "ms"),
    "Nayarit": ("nay", "nt"),
    "Nuevo León": ("nl", "n l", "nle"),
    "Oaxaca": ("oax", "oc"),
    "Puebla": ("pue", "pl"),
    "Querétaro": ("qro", "qt", "que", "queretaro de arteaga"),
    "Quintana Roo": ("q roo", "qroo", "q r", "qr", "roo"),
    "San Luis Potosí": ("slp", "s l p", "sp"),
    "Sinaloa": ("sin", "sl"),
    "Sonora": ("son", "sr"),
    "Tabasco": ("tab", "tc"),
    "Tamaulipas": ("tamps", "ts", "tam"),
    "Tlaxcala": ("tlax", "tl", "tla"),
    "Veracruz": ("ver", "vz", "veracruz de ignacio de la llave"),
    "Yucatán": ("yuc", "yn"),
    "Zacatecas": ("zac", "zs"),
}
"""By name: other spellings, folded."""

_NAMES = {spelling: name for name, others in STATES.items() for spelling in (fold(name), *others)}


def canonical_state(words: str) -> str | None:
    """Return the state's name as it is usually written, for any usual spelling; None for other words.

    «México» alone is the state, as in a list's column of states.
    """
    return _NAMES.get(fold(words))
