"""Names, places and topics for invented people and seminars, frequent ones first."""

from __future__ import annotations

_GIVEN_NAMES = """
María Guadalupe, José Luis, Juan Carlos, Ma. del Carmen, Miguel Ángel, Ana María, Luis Fernando, Rosa María, Jesús, Verónica, Francisco
Javier, Martha Patricia, José Antonio, Claudia, Víctor Manuel, Luz María, Alejandro, Norma Angélica, Jorge, Sofía, Raúl, Adriana,
Héctor, Mónica, Óscar, Leticia, Sergio, Elizabeth, Andrés, Íñigo, Ricardo, Beatriz, Iván, Xóchitl, Rubén, Ángeles, Joaquín, Itzel,
Ulises, Yolotzin, Gerardo, Brenda, Hugo, Noemí, Fabián, Citlali, Saúl, Zoraida, Efraín, Ximena
"""
_SURNAMES = """
Hernández, García, Martínez, López, González, Pérez, Rodríguez, Sánchez, Ramírez, Cruz, Flores, Gómez, Morales, Vázquez, Jiménez, Reyes,
Díaz, Torres, Gutiérrez, Ruiz, Mendoza, Aguilar, Ortiz, Moreno, Castillo, Romero, Álvarez, Méndez, Chávez, Rivera, Juárez, Ramos,
Domínguez, Herrera, Medina, Castro, Vargas, Guzmán, Velázquez, Muñoz, Rojas, De la Cruz, Contreras, Salazar, Luna, Ortega, Santiago,
Guerrero, Bautista, Soto, Estrada, Alvarado, Ríos, Lara, Silva, Delgado, Ávila, Nava, Peña, Ibáñez, Núñez, De la O, Mac Gregor, Ñáñez,
D'Acosta, Yáñez, Zúñiga, Ek, Uc, Chan, Tzul, Pech, Canché, Balam, Xiu, Ochoa, Quiñones, Urrutia, Etchegaray, Wolburg, Goñi, Landeros,
Izquierdo, Kuri, Vizcarra, Quetzal
"""
_STATES = """
Aguascalientes, Baja California, Baja California Sur, Campeche, Chiapas, Chihuahua, Ciudad de México, Coahuila, Colima, Durango,
Guanajuato, Guerrero, Hidalgo, Jalisco, México, Michoacán, Morelos, Nayarit, Nuevo León, Oaxaca, Puebla, Querétaro, Quintana Roo, San
Luis Potosí, Sinaloa, Sonora, Tabasco, Tamaulipas, Tlaxcala, Veracruz, Yucatán, Zacatecas
"""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split(","))


GIVEN_NAMES, SURNAMES, STATES = _listed(_GIVEN_NAMES), _listed(_SURNAMES), _listed(_STATES)
POSITIONS = ("Agente del Ministerio Público", "Policía investigador", "Perito", "Agente federal de migración", "Analista", "Fiscal")
TOPICS = (
    ("Trata de personas", "Trafficking in persons"),
    ("Tráfico de migrantes", "Migrant smuggling"),
    ("Lavado de dinero", "Money laundering"),
    ("Entrevista a víctimas", "Interviewing victims"),
    ("Delitos cibernéticos", "Cybercrime"),
    ("Juicio oral", "Oral trial"),
    ("Tráfico de armas", "Arms trafficking"),
    ("Cadena de custodia", "Chain of custody"),
)
