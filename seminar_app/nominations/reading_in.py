"""What the database knows that helps to read a list."""

from __future__ import annotations

from sqlalchemy.orm import Session

from seminar_app.nominations.layout import propose
from seminar_app.nominations.services.lists import remembered
from seminar_app.nominations.shapes import Layout, Tables


def proposed_layout(session: Session, tables: Tables, agency_id: int | None) -> Layout:
    """Return how a list is probably read, by its headings and cells and by how the agency's lists were placed before."""
    return propose(tables, remembered(session, agency_id))
