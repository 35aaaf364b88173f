"""Content of the demonstration's seminars: texts, days, sessions, speakers, seats. All people, speakers too, are invented."""

from __future__ import annotations

from datetime import date, time, timedelta

from msgspec import Struct

LISTS = ("PGR.xlsx", "PGJ.csv", "CNS.csv", "INM.xlsx")


REASON_ES = "La oficina organizadora los usa para la póliza de viaje y el acceso al recinto."
REASON_EN = "The organizing office uses them for the travel insurance and the access to the venue."
"""Why the demonstration's seminars ask for birth data and CURP, which are in three of the four lists."""


class OfficeText(Struct, frozen=True):
    """An office: code, both names, how it is reached, city. The numbers are of a range kept for invented ones."""

    code: str
    name_es: str
    name_en: str
    email: str
    phone: str
    city: str = "Ciudad de México"


OFFICES = (
    OfficeText(
        "HSI",
        "Investigaciones de Seguridad Nacional (HSI)",
        "Homeland Security Investigations (HSI)",
        "seminarios.hsi@demo.example",
        "+1 202 555 0142",
    ),
    OfficeText(
        "OPDAT",
        "Oficina de Desarrollo, Asistencia y Capacitación de Fiscalías (OPDAT)",
        "Office of Overseas Prosecutorial Development, Assistance and Training (OPDAT)",
        "seminarios.opdat@demo.example",
        "+1 202 555 0167",
    ),
    OfficeText(
        "INL",
        "Oficina de Asuntos Internacionales de Narcóticos y Aplicación de la Ley (INL)",
        "Bureau of International Narcotics and Law Enforcement Affairs (INL)",
        "seminarios.inl@demo.example",
        "+1 202 555 0118",
    ),
)

NOTICE_OF = "HSI"
NOTICE_ES = (
    "Esta oficina guarda las listas de asistencia por cinco años, porque así lo pide quien financia los seminarios."
    " Después quedan solo las cifras.\n\n"
    "## Otra forma de pedir sus datos\n\n"
    "Si perdió su enlace personal, escriba al correo de la oficina o llame. Se le pedirá el nombre con el que se inscribió"
    " y el seminario."
)
NOTICE_EN = (
    "This office keeps attendance lists for five years, as those who fund the seminars require. After that only the figures remain.\n\n"
    "## Another way to ask for your data\n\n"
    "If you have lost your personal link, write to the office or call. You will be asked for the name you registered with,"
    " and the seminar."
)
"""What the office HSI adds to the privacy notice."""


class SessionText(Struct, frozen=True):
    """A session: day of the seminar (0 is the first), start and end in local time, contact minutes, titles, speakers."""

    day: int
    starts: time
    ends: time
    contact_minutes: int
    title_es: str
    title_en: str
    speakers: tuple[tuple[str, str], ...]
    room: str = "Salón Caribe"


MORNING = (time(9), time(13))
AFTERNOON = (time(14, 30), time(17, 30))

VILLARREAL = ("Ana Villarreal Soto", "OPDAT")
SIGNATORIES = (
    ("Laura Bennett", "Agregada", "Attaché"),
    ("Mark Collins", "Asesor jurídico residente", "Resident legal adviser"),
    ("Teresa Ocampo Rivas", "Directora", "Director"),
)
"""Who signs certificates, one for each host: name, title in Spanish and in English."""
WHY_REVOKED = "La constancia se emitió con el nombre de otra persona."
WHY_REOPENED = "Apareció la lista en papel de la cuarta sesión."
"""Why the second seminar was reopened after it had been completed."""

COLLINS = ("Mark Collins", "HSI")
OCAMPO = ("Teresa Ocampo Rivas", "INL")
BRENNAN = ("Judith Brennan", "OPDAT")
ESCALANTE = ("Rubén Escalante Mora", "HSI")
IZQUIERDO = ("Lorena Izquierdo Paz", "INL")

CANCUN_SESSIONS = (
    SessionText(
        0,
        *MORNING,
        210,
        "La trata de personas: el delito, sus formas y sus indicios",
        "Trafficking in persons: the crime, its forms and its indicators",
        (VILLARREAL, COLLINS),
    ),
    SessionText(
        0,
        *AFTERNOON,
        165,
        "Identificar a las víctimas y darles protección inmediata",
        "Identifying victims and protecting them at once",
        (OCAMPO,),
    ),
    SessionText(
        1,
        *MORNING,
        210,
        "Entrevistar sin volver a dañar: adultos, niñas y niños",
        "Interviewing without causing harm again: adults and children",
        (BRENNAN, IZQUIERDO),
    ),
    SessionText(
        1,
        *AFTERNOON,
        165,
        "Investigación financiera: seguir el dinero de las redes",
        "Financial investigation: following the networks’ money",
        (ESCALANTE,),
    ),
    SessionText(
        2,
        *MORNING,
        210,
        "Trabajo conjunto de fiscalía, policía y migración: un caso de principio a fin",
        "Prosecutors, police and migration officers together: one case from beginning to end",
        (COLLINS, VILLARREAL),
    ),
    SessionText(
        2, *AFTERNOON, 165, "Llevar el caso a juicio y reparar el daño", "Bringing the case to trial and making reparation", (BRENNAN,)
    ),
)

TOLUCA_SESSIONS = (
    SessionText(
        0,
        *MORNING,
        210,
        "Lo que cambió desde Cancún: casos y sentencias",
        "What has changed since Cancún: cases and rulings",
        (VILLARREAL,),
        "Aula Magna",
    ),
    SessionText(
        0,
        *AFTERNOON,
        165,
        "Evidencia digital: de la orden al expediente",
        "Digital evidence: from the warrant to the file",
        (ESCALANTE, COLLINS),
        "Aula Magna",
    ),
    SessionText(
        1, *MORNING, 210, "Taller: plan de investigación por equipos", "Workshop: an investigation plan in teams", (BRENNAN,), "Aula Magna"
    ),
    SessionText(
        1,
        *AFTERNOON,
        165,
        "Cooperación entre estados y con el extranjero",
        "Cooperation between states and abroad",
        (OCAMPO,),
        "Aula Magna",
    ),
    SessionText(2, *MORNING, 210, "Audiencia simulada", "Mock hearing", (VILLARREAL, BRENNAN), "Sala de juicio oral"),
)

NEXT_SESSIONS = (
    SessionText(
        0,
        *MORNING,
        210,
        "Reclutamiento en línea: cómo se ve y cómo se documenta",
        "Online recruitment: what it looks like and how to document it",
        (ESCALANTE,),
        "Salón Talavera",
    ),
    SessionText(
        0,
        *AFTERNOON,
        165,
        "Preservar evidencia en teléfonos y plataformas",
        "Preserving evidence on phones and platforms",
        (COLLINS,),
        "Salón Talavera",
    ),
    SessionText(
        1,
        *MORNING,
        210,
        "Entrevista a víctimas: práctica guiada",
        "Interviewing victims: guided practice",
        (BRENNAN, IZQUIERDO),
        "Salón Talavera",
    ),
    SessionText(
        1,
        *AFTERNOON,
        165,
        "Armar el caso: del indicio a la acusación",
        "Building the case: from lead to indictment",
        (VILLARREAL,),
        "Salón Talavera",
    ),
)


class SeminarText(Struct, frozen=True, kw_only=True):
    """The content of one seminar.

    Attributes:
        quotas: seats by agency code; the rest of `capacity` is the open pool.
    """

    slug: str
    title_es: str
    title_en: str
    topic_es: str
    topic_en: str
    objectives_es: str
    objectives_en: str
    audience_es: str
    audience_en: str
    hosts: tuple[str, ...]
    venue: str
    street: str | None
    city: str
    time_zone: str
    starts_on: date
    days: int
    capacity: int
    quotas: tuple[tuple[str, int], ...]
    sessions: tuple[SessionText, ...]


TOPIC = ("Trata de personas", "Trafficking in persons")

CANCUN = SeminarText(
    slug="cancun-2014",
    title_es="Investigación y persecución de la trata de personas",
    title_en="Investigating and prosecuting trafficking in persons",
    topic_es=TOPIC[0],
    topic_en=TOPIC[1],
    objectives_es=(
        "Al terminar, cada participante podrá reconocer indicios de trata, entrevistar a víctimas sin volver a dañarlas,"
        " seguir el dinero de una red y armar con las demás dependencias un caso que llegue a juicio."
        " Se realiza con fondos de la Iniciativa Mérida."
    ),
    objectives_en=(
        "By the end, each participant will be able to recognize indicators of trafficking, interview victims without harming"
        " them again, follow a network’s money, and build with the other agencies a case that reaches trial."
        " It is held through funding provided by the Mérida Initiative."
    ),
    audience_es="Agentes del Ministerio Público federales y estatales, policía federal y agentes de migración.",
    audience_en="Federal and state prosecutors, federal police and migration officers.",
    hosts=("HSI", "OPDAT", "INL"),
    venue="Centro de Convenciones de Cancún",
    street="Blvd. Kukulcán km 9, Zona Hotelera",
    city="Cancún, Quintana Roo",
    time_zone="America/Cancun",
    starts_on=date(2014, 6, 3),
    days=3,
    capacity=93,
    quotas=(("PGR", 28), ("PGJ", 31), ("CNS", 18), ("INM", 15)),
    sessions=CANCUN_SESSIONS,
)

TOLUCA = SeminarText(
    slug="toluca-2015",
    title_es="De la investigación a la audiencia: taller sobre trata de personas",
    title_en="From investigation to hearing: a workshop on trafficking in persons",
    topic_es=TOPIC[0],
    topic_en=TOPIC[1],
    objectives_es="Cada equipo saldrá con un plan de investigación revisado y habrá pasado por una audiencia simulada.",
    objectives_en="Each team will leave with a reviewed investigation plan and will have been through a mock hearing.",
    audience_es="Quienes llevan casos de trata en fiscalías, policía y migración; de preferencia, participantes de Cancún.",
    audience_en="Those who work on trafficking cases in prosecutors’ offices, police and migration; preferably participants of Cancún.",
    hosts=("OPDAT", "HSI"),
    venue="Centro de Capacitación de Toluca",
    street=None,
    city="Toluca, Estado de México",
    time_zone="America/Mexico_City",
    starts_on=date(2015, 3, 10),
    days=3,
    capacity=60,
    quotas=(("PGR", 18), ("PGJ", 22), ("CNS", 8), ("INM", 8)),
    sessions=TOLUCA_SESSIONS,
)


def copied_seminar(today: date) -> tuple[str, date]:
    """Return slug and first day of the copy of Cancún with its agencies of today: the first Tuesday of June of next year."""
    june = date(today.year + 1, 6, 1)
    return f"cancun-{june.year}", june + timedelta(days=(1 - june.weekday()) % 7)


HEIRS_OF = {"PGR": {"FGR": 28}, "PGJ": {"FGE": 31}, "CNS": {"GN": 12, "SSPC": 6}}
"""Who gets the seats of the quotas of Cancún whose agencies have ended."""


def next_seminar(today: date) -> SeminarText:
    """Return the seminar that visitors can register for: it begins on a Tuesday six to seven weeks from today."""
    days_to_tuesday = (1 - today.weekday()) % 7
    starts_on = date.fromordinal(today.toordinal() + 42 + days_to_tuesday)
    return SeminarText(
        slug=f"puebla-{starts_on.year}",
        title_es="Trata de personas y plataformas digitales",
        title_en="Trafficking in persons and digital platforms",
        topic_es=TOPIC[0],
        topic_en=TOPIC[1],
        objectives_es="Cada participante podrá documentar un reclutamiento en línea y preservar la evidencia de modo que valga en juicio.",
        objectives_en="Each participant will be able to document online recruitment and preserve the evidence so that it stands in court.",
        audience_es="Fiscales, policías de investigación y agentes de migración que llevan casos de trata.",
        audience_en="Prosecutors, investigating police and migration officers who work on trafficking cases.",
        hosts=("HSI", "OPDAT"),
        venue="Centro Expositor de Puebla",
        street="Calz. Ejército de Oriente 100, Zona de los Fuertes",
        city="Puebla, Puebla",
        time_zone="America/Mexico_City",
        starts_on=starts_on,
        days=2,
        capacity=40,
        quotas=(("FGR", 10), ("FGE", 12), ("GN", 6), ("INM", 6)),
        sessions=NEXT_SESSIONS,
    )


TWIN_OF = "luz.lopez87@pgj.qr.example"
"""Address, in the list of PGJ, of the person who has a second record."""
TWIN_NAMES, TWIN_EMAIL, TWIN_PHONE = "Luz Ma.", "lm.lopez.ibanez@correo.example", "+525555014287"
"""What she writes the second time. The number is of a range kept for invented ones."""

COMMENTS_USEFUL = (
    "La práctica de entrevista. Cambia la manera de acercarse a las víctimas.",
    "Ver un caso completo, desde el reporte hasta la sentencia.",
    "Conocer a quienes llevan estos casos en otras dependencias.",
    "El tema del dinero. En mi oficina casi nunca lo pedimos y ahora sé qué pedir.",
    "Los indicios, con ejemplos reales y no solo definiciones.",
    "Trabajar en equipos mezclados de fiscalía, policía y migración.",
    "The interview exercises, because they were corrected on the spot.",
    "Las plantillas de oficios para pedir información a las plataformas.",
    "La sesión sobre niñas y niños.",
)
COMMENTS_CHANGE = (
    "Más tiempo para los ejercicios y menos láminas.",
    "Que los materiales lleguen una semana antes.",
    "Un día más.",
    "Empezar a las ocho y terminar antes; muchos viajamos de regreso el mismo día.",
    "Incluir a jueces.",
    "El aire acondicionado del salón estaba muy frío.",
    "Nada, estuvo muy bien organizado.",
)

FORMS_WAITING = {
    timedelta(hours=26): ("Rosa Elena", "Cortés", "Ibarra", "rosa.cortes@fgr.example", "FGR", "Agente del Ministerio Público"),
    timedelta(minutes=25): ("Julia", "Montes", "Arce", "julia.montes@inm.example", "INM", "Oficial de protección a la infancia"),
}
"""Who has filled in the form of the coming seminar without pressing the button of the mail yet, by how long ago."""
NOT_LISTED_NAMES, NOT_LISTED_EMAIL = ("Marisol", "Canché", "Dzul"), "marisol.canche@dif.example"
NOT_LISTED_AGENCY, NOT_LISTED_POSITION = "Sistema DIF Municipal de Benito Juárez", "Trabajadora social"
"""The person whose agency is not in the directory."""
