"""Who reads figures: an account of each role, and what there is to count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seminar_app.core.actor import RoleName
from tests.support.checking_client import CheckingClient
from tests.support.factories import Make
from tests.support.trained import Trained, trained
from tests.web.conftest import SignIn

ReadAs = Callable[[str], CheckingClient]


@pytest.fixture
def there(make: Make) -> Trained:
    """What there is to count."""
    return trained(make)


@pytest.fixture
def read_as(client: CheckingClient, make: Make, sign_in: SignIn, there: Trained) -> ReadAs:
    """Sign an account in by its role: the organizer is of HSI, the liaison of PGR."""

    def signed_in(role: str) -> CheckingClient:
        scope = {"organizer": {"office_id": there.hsi.id}, "liaison": {"agency_id": there.pgr.id}}.get(role, {})
        return sign_in(client, make.account((RoleName(role), scope)))

    return signed_in
