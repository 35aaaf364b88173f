"""Given names that are frequent in Mexico, folded: by them the order of a whole name in one cell is told. No database.

Source: INEGI, «Nombres más frecuentes» in statistics of registered births, and the given names of the synthetic lists in `tests/data`.
Words that are as often surnames (Martín, Santiago, Cruz, Ángel beside «del Ángel») are in `ALSO_SURNAMES`.
"""

from __future__ import annotations

GIVEN = frozenset(
    """
    abel abigail abraham abril adan adela adolfo adrian adriana agustin aide alan alba alberto aldo alejandra alejandro alexa alexander
    alexis alfonso alfredo alicia alma alondra alonso alvaro amado amalia amanda amelia america amparo ana anabel anahi andrea andres angel
    angela angeles angelica angelina anselmo antonia antonio araceli aracely areli ariana arlette armando arnulfo artemio arturo asuncion
    augusto aurelio aurora axel azucena barbara beatriz benigno benito benjamin berenice bernabe bernardino bernardo bertha blanca brenda
    bruno camila candelaria candelario candido carina carla carlos carmela carmen carolina catalina cecilia celia cesar christian cinthia
    cintia citlali citlalli clara clarisa claudia claudio clemente concepcion consuelo cristian cristina cristobal cuauhtemoc cuitlahuac
    cynthia dafne dalia damian daniel daniela dario david deborah delfino delia diana diego dolores domingo donaji dulce edgar edgardo
    edith eduardo efrain efren elba elena eleazar elena eleuterio elia elias elisa elizabeth eloisa eloy elsa elva elvira emanuel emilia
    emiliano emilio emma emmanuel enrique eric erica erick ericka erika ernestina ernesto esmeralda esperanza esteban estefania estela
    esther estrella eugenia eugenio eulalia eulalio eva evangelina evelia evelin evelyn fabian fabiola fatima faustino fausto federico
    felicitas felipe felix fermin fernanda fernando fidel fidencio filiberto flavio flor flora florencia florencio florentino francisca
    francisco gabino gabriel gabriela gema genaro genoveva georgina gerardo german gilberto gina giovanni gisela gladys gloria gonzalo
    graciela gregoria gregorio griselda guadalupe guillermina guillermo gustavo hector heriberto herminia hermenegildo hilario hilda
    homero horacio hortensia hugo humberto ian ignacia ignacio iliana imelda ines irene iris irma isaac isabel isai isaias isela
    isidro ismael israel itzel ivan ivonne ixchel jacinto jacqueline jaime janet janeth jaqueline javier jazmin jeronimo jesica jessica
    jesus joana joaquin joel jonathan jorge jose josefa josefina josue jovita juan juana juanita judith julia julian juliana julieta
    julio justino karen karina karla karol katia kevin laura lauro leandro leobardo leocadio leonardo leonel leonor leopoldo leslie
    leticia lidia liliana lilia lizbeth lorena lorenzo lourdes lucas lucero lucia luciano lucila lucio lucrecia luis luisa lupita luz ma
    magali magdalena manuel manuela marcela marcelino marcelo marco marcos margarita maria mariana mariano maribel maricela maricruz mario
    marisela marisol maritza marlen marlene martha marta mateo matias matilde mauricio mauro maximiliano maximino mayra melchor melissa
    mercedes micaela miguel miguelina mildred minerva mireya miriam misael modesto moises monica monserrat montserrat nadia nallely nancy
    natalia natividad nayeli nelly nelson nestor nicolas noe noel noemi nora norberto norma octavia octavio odilon ofelia olga oliver
    olivia omar oralia orlando oscar osvaldo oswaldo otilia pablo paloma pamela paola patricia patricio paula paulina paulino pedro
    perla petra pilar policarpo porfirio primitivo rafael rafaela ramiro ramon ramona raquel raul raymundo rebeca refugio regina reina
    rene reyna reynaldo ricardo rigoberto rita roberto rocio rodolfo rodrigo rogelio roman romualdo rosa rosalba rosalia rosalinda rosalva
    rosario rosaura roxana ruben rufino ruth sabino salomon salvador samanta samantha samuel sandra santos sara sarai saturnino saul
    sebastian selene serafin sergio silvestre silvia silverio simon socorro sofia soledad sonia susana tania teodora teodoro teofilo
    teresa teresita tomas tonatiuh trinidad ubaldo ulises uriel valentin valentina valeria vanesa vanessa vanesa vicente vicenta victor
    victoria victoriano violeta virginia viridiana viviana wendy wilfrido william xavier ximena xochitl yadira yamileth yareli yazmin
    yesenia yessica yolanda zaira zenaida zoila zulema james john robert michael david richard joseph thomas charles mary patricia jennifer
    linda elizabeth susan jessica sarah karen lisa nancy emily andrew daniel matthew anthony mark steven paul kevin brian george edward
    """.split()  # noqa: SIM905  a list of 600 names reads better as text
)

ALSO_SURNAMES = frozenset(
    """
    alonso martin santiago cruz rosas santos marcos roman leon bautista simon tomas nicolas pascual domingo lorenzo vicente felipe gil
    garcia benitez abad bernal bernardo bernabe bruno cristobal esteban fabian felix german hilario jacinto jaime leonardo lucas mateo
    matias mauricio nolasco patricio reyes salvador silva silvestre ventura flores candelario victoria victoriano agustin alvaro benito
    damian diego edgardo faustino geronimo jeronimo gregorio isidro lazaro marcial mariano maximo melchor morales ortega rosario trinidad
    valentin xavier flor estrella
    """.split()  # noqa: SIM905
)
"""Names that stand as surnames too: they tell less. Without those that mostly follow another given name: José Luis, Juan Carlos."""

COMPOUND = frozenset(
    {"de jesus", "del carmen", "de la luz", "de los angeles", "del rosario", "del pilar", "de lourdes", "de guadalupe", "del socorro"}
    | {"de la paz", "de fatima", "del refugio", "del consuelo", "de la concepcion", "del sagrado corazon", "de la soledad"}
    | {"de los dolores", "de la asuncion", "del mar", "del rocio", "de la caridad", "del transito", "de las mercedes", "de la merced"}
    | {"de monserrat", "de montserrat", "de la esperanza"}
)
"""What follows María or José and belongs to the given name: «María del Carmen». «De la Cruz» does not: it is far more often a surname."""


def is_given(word: str) -> bool:
    """Whether a folded word is a frequent given name."""
    return word in GIVEN


def is_only_given(word: str) -> bool:
    """Whether a folded word is a frequent given name and no usual surname."""
    return word in GIVEN and word not in ALSO_SURNAMES
