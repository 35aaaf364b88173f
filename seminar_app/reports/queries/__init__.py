"""Queries of reports. They read participations, and of registrations, people and seminars what names a cell."""

from seminar_app.reports.queries.figures import Table, table_of
from seminar_app.reports.queries.scopes import EVERYTHING, Scope, of_agencies, scope_of

__all__ = ["EVERYTHING", "Scope", "Table", "of_agencies", "scope_of", "table_of"]
