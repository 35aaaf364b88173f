"""Who runs the door of a seminar: organizers of its office, its coordinators, administrators. Whose it is the queries check."""

from __future__ import annotations

from seminar_app.core.actor import RoleName
from seminar_app.web.access import staff

AT_THE_DOOR = (RoleName.ADMIN, RoleName.ORGANIZER, RoleName.COORDINATOR)
door = staff(*AT_THE_DOOR)
