"""Outcomes and labels for a population that was written without marks, so that reports have something to count.

Everything follows from the ids, so the same population always gets the same outcomes. Three in four of the people of a past
seminar complete it. Some people have no sex or no agency on file, some are erased, and some records are merged into another.
"""

from __future__ import annotations

from sqlalchemy import text

from bench.databases import Database
from seminar_app.core.write_mode import write_mode
from seminar_app.web.database import db

TOPICS = 24
FUNDING_SOURCES = ("INL", "State Partnership", "HSI", "OPDAT", "ICITAP", "Capacity Building", "Host agency")
COUNTRIES = ("GT", "HN", "SV", "CR", "PA", "CO", "DO")

PAST = "seminar_id IN (SELECT id FROM seminar WHERE state = 'completed' OR (state = 'archived' AND archived_from = 'completed'))"
SEATED = "EXISTS (SELECT 1 FROM registration r WHERE r.id = participation.registration_id AND r.state = 'registered')"


def _choice(values: tuple[str, ...], number: str) -> str:
    """Return an expression that chooses one of the values by a number."""
    return f"CASE {number} % {len(values)} " + " ".join(f"WHEN {n} THEN '{value}'" for n, value in enumerate(values)) + " END"


PEOPLE = (
    "UPDATE person SET sex = NULL WHERE id % 23 = 0",
    "UPDATE person SET sex = 'X' WHERE id % 401 = 0",
    "UPDATE person SET erased_at = created_at WHERE id % 1009 = 0",
    "UPDATE person SET merged_into_id = id - 1 WHERE id % 337 = 0 AND EXISTS (SELECT 1 FROM person k WHERE k.id = person.id - 1)",
    "UPDATE person SET merged_into_id = id - 1 WHERE id % 3370 = 3369 AND EXISTS (SELECT 1 FROM person k WHERE k.id = person.id - 1)",
)
"""Two records of every 3,370 lead to the kept one by two steps."""

SEMINARS = (
    f"UPDATE seminar SET topic_es = 'Tema ' || (id % {TOPICS}), topic_en = 'Topic ' || (id % {TOPICS}) WHERE id % 19 <> 0",
    f"UPDATE seminar SET funding_source = {_choice(FUNDING_SOURCES, 'id')} WHERE id % 13 <> 0",
    f"UPDATE seminar SET country = {_choice(COUNTRIES, 'id')} WHERE id % 4 = 0",
    (
        "INSERT INTO seminar_host (seminar_id, office_id, position) SELECT s.id, o.id, 2 FROM seminar s JOIN office o"
        " ON o.id = 1 + (s.id * 31) % (SELECT MAX(id) FROM office) WHERE s.id % 4 = 1 AND o.id <> s.office_id"
    ),
)

REGISTRATIONS = (
    (
        "UPDATE registration SET person_id ="
        " (SELECT COALESCE(k.merged_into_id, k.id) FROM person p JOIN person k ON k.id = p.merged_into_id"
        " WHERE p.id = registration.person_id)"
        " WHERE person_id IN (SELECT id FROM person WHERE merged_into_id IS NOT NULL)"
        " AND person_id % 5 <> 0 AND NOT EXISTS (SELECT 1 FROM registration o WHERE o.seminar_id = registration.seminar_id"
        " AND o.person_id IN (registration.person_id - 1, registration.person_id - 2))"
    ),
    (
        "UPDATE registration SET agency_id = NULL, agency_version_id = NULL, agency_text = 'Secretaría de Seguridad del Municipio'"
        " WHERE id % 97 = 0"
    ),
)

DRAWN = "(id % 1000 * 7919) % 100"
PARTICIPATIONS = (
    "UPDATE participation SET agency_version_id = NULL WHERE registration_id IN (SELECT id FROM registration WHERE agency_id IS NULL)",
    (
        f"UPDATE participation SET attended = true, sessions_attended = sessions_counted, completed = {DRAWN} < 75,"
        f" minutes_credited = CASE WHEN {DRAWN} < 60 THEN contact_minutes WHEN {DRAWN} < 75 THEN contact_minutes * 17 / 20"
        f" ELSE contact_minutes * 2 / 5 END, percent = CASE WHEN {DRAWN} < 60 THEN 100 WHEN {DRAWN} < 75 THEN 85 ELSE 40 END"
        f" WHERE contact_minutes > 0 AND {PAST} AND {SEATED} AND {DRAWN} < 90"
    ),
    (
        "UPDATE participation SET attended = true, sessions_attended = 1, minutes_credited = contact_minutes / 3, percent = 33.3"
        f" WHERE contact_minutes > 0 AND {PAST} AND NOT {SEATED} AND {DRAWN} < 8"
    ),
    (
        "UPDATE participation SET superseded = true WHERE registration_id IN (SELECT r.id FROM registration r"
        " JOIN person p ON p.id = r.person_id WHERE p.merged_into_id IS NOT NULL)"
    ),
    f"UPDATE participation SET current = false WHERE {PAST} AND id % 53 = 0",
    (
        "INSERT INTO participation (registration_id, version, current, seminar_id, agency_version_id, minutes_credited, contact_minutes,"
        " percent, threshold_percent, excused_rule, attended, sessions_attended, sessions_counted, completed,"
        " superseded, person_id, seated, frozen_at)"
        " SELECT registration_id, 2, true, seminar_id, agency_version_id, contact_minutes, contact_minutes,"
        " CASE WHEN contact_minutes > 0 THEN 100 END, threshold_percent, excused_rule, attended, sessions_attended, sessions_counted,"
        " completed, superseded, person_id, seated, frozen_at FROM participation WHERE NOT current"
    ),
)
"""One in 53 was corrected after the seminar was reopened, so that there is a version that no report may count."""


def add_outcomes(database: Database) -> None:
    """Give a filled population its outcomes, and settle the tables."""
    with database.app.app_context():
        with write_mode(), db.engine.begin() as connection:
            if database.engine == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            for statement in (*PEOPLE, *SEMINARS, *REGISTRATIONS, *PARTICIPATIONS):
                connection.execute(text(statement))
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if database.engine == "postgresql":
                connection.execute(text("SET statement_timeout = 0"))
                for table in ("person", "seminar", "registration", "participation"):
                    connection.execute(text(f"VACUUM FULL {table}"))
                connection.execute(text("VACUUM ANALYZE"))
        db.engine.dispose()
