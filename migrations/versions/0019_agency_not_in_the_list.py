"""Registrations of people whose agency is not in the directory: no agency, and the name as the person wrote it.

Revision: 0019, after 0018.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHECKS = {
    "ck_registration_agency_version": "(agency_id IS NULL) = (agency_version_id IS NULL)",
    "ck_registration_agency_text": "(agency_id IS NULL) = (agency_text IS NOT NULL)",
}
OPTIONAL = (("registration", "agency_id"), ("registration", "agency_version_id"), ("participation", "agency_version_id"))

PLACEHOLDER = "SIN-ASIGNAR"
AGENCY = (
    "INSERT INTO agency (code, name_es, name_en, level, country, valid_to, search_key, version)"
    f" SELECT '{PLACEHOLDER}', 'Sin asignar', 'Not assigned', 'other', 'MX', '1900-01-01', 'sin asignar sin asignar not assigned', 1"
    f" WHERE NOT EXISTS (SELECT 1 FROM agency WHERE code = '{PLACEHOLDER}')"
)
VERSION = (
    "INSERT INTO agency_version (agency_id, current, code, name_es, name_en, level, group_id, group_code, group_name_es, group_name_en,"
    " group_level, since)"
    " SELECT id, true, code, name_es, name_en, level, id, code, name_es, name_en, level, CURRENT_TIMESTAMP FROM agency"
    f" WHERE code = '{PLACEHOLDER}' AND NOT EXISTS (SELECT 1 FROM agency_version v WHERE v.agency_id = agency.id)"
)
OF_PLACEHOLDER = f"(SELECT v.id FROM agency_version v JOIN agency a ON a.id = v.agency_id WHERE a.code = '{PLACEHOLDER}' AND v.current)"
WORDS = "CASE WHEN agency_text = '' THEN unit WHEN unit IS NULL THEN agency_text ELSE substr(agency_text || ' · ' || unit, 1, 200) END"


def upgrade() -> None:
    """No row changes."""
    op.add_column("registration", sa.Column("agency_text", sa.String(length=200), nullable=True))
    if op.get_context().dialect.name == "sqlite":
        _define_again("registration", _without_need)
        _define_again("participation", lambda sql: _replaced(sql, "agency_version_id INTEGER NOT NULL", "agency_version_id INTEGER"))
    else:
        for table, column in OPTIONAL:
            op.alter_column(table, column, nullable=True)
        for name, rule in CHECKS.items():
            op.create_check_constraint(op.f(name), "registration", rule)


def downgrade() -> None:
    """Nobody is lost: who has no agency gets one that no form offers, and what the person wrote stands before the unit."""
    if op.get_context().dialect.name != "sqlite":
        for name in CHECKS:
            op.drop_constraint(op.f(name), "registration", type_="check")
    else:
        _define_again("registration", _without_checks)
    _give_placeholder()
    if op.get_context().dialect.name == "sqlite":
        _define_again("registration", _with_need)
        _define_again("participation", lambda sql: _replaced(sql, "agency_version_id INTEGER,", "agency_version_id INTEGER NOT NULL,"))
    else:
        for table, column in OPTIONAL:
            op.alter_column(table, column, nullable=False)
    op.execute("ALTER TABLE registration DROP COLUMN agency_text")


def _give_placeholder() -> None:
    there = sa.text("SELECT COUNT(*) FROM registration WHERE agency_id IS NULL")
    number = op.get_bind().scalar(there)
    outcomes = op.get_bind().scalar(sa.text("SELECT COUNT(*) FROM participation WHERE agency_version_id IS NULL"))
    if not number and not outcomes:
        return
    op.execute(AGENCY)
    op.execute(VERSION)
    op.execute(f"UPDATE participation SET agency_version_id = {OF_PLACEHOLDER} WHERE agency_version_id IS NULL")
    op.execute(
        f"UPDATE registration SET agency_id = (SELECT id FROM agency WHERE code = '{PLACEHOLDER}'),"
        f" agency_version_id = {OF_PLACEHOLDER}, unit = {WORDS} WHERE agency_id IS NULL"
    )
    print(f"registrations without an agency: {number}, now with {PLACEHOLDER}; what they wrote stands before the unit")  # noqa: T201  for whoever goes back


CHECKS_SQL = "".join(f",\n\tCONSTRAINT {name} CHECK ({rule})" for name, rule in CHECKS.items())
REFERENCE = "CONSTRAINT fk_registration_agency_version_id_agency_version REFERENCES agency_version (id)"


def _without_need(sql: str) -> str:
    sql = _replaced(sql, "agency_id INTEGER NOT NULL", "agency_id INTEGER")
    sql = _replaced(sql, f"agency_version_id INTEGER DEFAULT 0 NOT NULL {REFERENCE}", f"agency_version_id INTEGER {REFERENCE}")
    return sql[: sql.rindex(")")].rstrip() + CHECKS_SQL + "\n)"


def _without_checks(sql: str) -> str:
    return _replaced(sql, CHECKS_SQL, "")


def _with_need(sql: str) -> str:
    sql = _replaced(sql, "agency_id INTEGER,", "agency_id INTEGER NOT NULL,")
    return _replaced(sql, f"agency_version_id INTEGER {REFERENCE}", f"agency_version_id INTEGER DEFAULT 0 NOT NULL {REFERENCE}")


def _replaced(sql: str, old: str, new: str) -> str:
    if sql.count(old) != 1:
        raise RuntimeError(f"the table is not as this migration expects it: «{old}» stands {sql.count(old)} times in {sql}")
    return sql.replace(old, new)


def _define_again(table: str, change: Callable[[str], str]) -> None:
    """On SQLite, make a table again with another definition, keeping rows, indexes and triggers (www.sqlite.org/lang_altertable.html)."""
    connection = op.get_bind()
    parts = connection.execute(
        sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL ORDER BY rowid"), {"name": table}
    ).all()
    (definition,) = (part.sql for part in parts if part.type == "table")
    columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns(table))
    named = _replaced(
        change(definition).replace(f'CREATE TABLE "{table}"', f"CREATE TABLE {table}"), f"CREATE TABLE {table}", "CREATE TABLE made_anew"
    )
    connection.exec_driver_sql(named)
    connection.exec_driver_sql(f"INSERT INTO made_anew ({columns}) SELECT {columns} FROM {table} ORDER BY id")
    connection.exec_driver_sql(f"DROP TABLE {table}")
    connection.exec_driver_sql(f"ALTER TABLE made_anew RENAME TO {table}")
    for part in parts:
        if part.type != "table":
            connection.exec_driver_sql(part.sql)
