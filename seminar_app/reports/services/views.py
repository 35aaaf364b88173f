"""Keep the addresses of figures that an account wants to find again."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from seminar_app.accounts.models import UserAccount
from seminar_app.audit.services import record
from seminar_app.core.change_context import ChangeContext
from seminar_app.reports.errors import AddressTooLong, NameTaken, TooManyViews
from seminar_app.reports.models import LONGEST_DEFINITION, SavedView
from seminar_app.reports.queries.views import get_view

MOST_VIEWS = 50
"""Of one account."""


def save_view(session: Session, context: ChangeContext, *, account_id: int, name: str, address: str) -> SavedView:
    """Keep an address under a name.

    Raises:
        NameTaken, TooManyViews, AddressTooLong: it was not kept.
    """
    if len(address) > LONGEST_DEFINITION:
        raise AddressTooLong
    names = _locked_names(session, account_id)
    if name in names:
        raise NameTaken(name=name)
    if len(names) >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    view = SavedView(public_id=uuid.uuid4(), account_id=account_id, name=name, address=address, saved_at=context.now)
    session.add(view)
    session.flush()
    _record(session, context, view, "view.saved")
    return view


def rename_view(session: Session, context: ChangeContext, *, account_id: int, public_id: uuid.UUID, name: str) -> SavedView:
    """Give a view another name.

    Raises:
        NotFound: the account has no such view.
        NameTaken: another of its views has the name.
    """
    names, view = _locked_names(session, account_id), get_view(session, account_id, public_id)
    if name == view.name:
        return view
    if name in names:
        raise NameTaken(name=name)
    view.name = name
    session.flush()
    _record(session, context, view, "view.renamed")
    return view


def delete_view(session: Session, context: ChangeContext, *, account_id: int, public_id: uuid.UUID) -> tuple[str, str]:
    """Delete a view and return its name and address, by which it can be saved again.

    Raises:
        NotFound: the account has no such view.
    """
    _locked_names(session, account_id)
    view = get_view(session, account_id, public_id)
    session.delete(view)
    session.flush()
    _record(session, context, view, "view.deleted")
    return view.name, view.address


def _locked_names(session: Session, account_id: int) -> frozenset[str]:
    """Return the names of an account's views. The account is locked, so that two browsers of one account come one after the other."""
    session.execute(select(UserAccount.id).where(UserAccount.id == account_id).with_for_update())
    return frozenset(session.scalars(select(SavedView.name).where(SavedView.account_id == account_id)))


def _record(session: Session, context: ChangeContext, view: SavedView, action: str) -> None:
    record(session, context, action=action, subject=f"saved_view:{view.public_id.hex}", details={"figure": view.address})
