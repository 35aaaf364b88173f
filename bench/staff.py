"""Staff for measured pages: an account of each role, and a signed-in browser's cookie."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import select

from bench.databases import Database
from seminar_app.accounts.models import RoleGrant, UserAccount
from seminar_app.core.actor import RoleName
from seminar_app.sign_in import session_store
from seminar_app.web.database import db, unit_of_work


def signed_in(database: Database, role: RoleName, *, office_id: int | None = None, agency_id: int | None = None) -> str:
    """Return the Cookie header of a browser signed in with this role; the session is written as sign-in writes it."""
    now = datetime.now(UTC)
    email = f"{role}@bench.example"
    with database.app.app_context():
        with unit_of_work() as session:
            account = session.scalar(select(UserAccount).where(UserAccount.email == email))
            if account is None:
                account = UserAccount(
                    public_id=uuid.uuid4(),
                    email=email,
                    name=f"Bench {role}",
                    active=True,
                    fs_uniquifier=uuid.uuid4().hex,
                    language="es",
                    created_at=now,
                    reset_version=0,
                )
                session.add(account)
                session.flush()
                grant = RoleGrant(user_account_id=account.id, role=role, office_id=office_id, agency_id=agency_id, granted_at=now)
                session.add(grant)
            identifier = session_store.start(session, account=account, values={"language": "es"}, now=now)
        db.engine.dispose()
    return f"{database.app.config['SESSION_COOKIE_NAME']}={identifier}"
