"""Services of reports."""

from seminar_app.reports.services.views import MOST_VIEWS, delete_view, rename_view, save_view

__all__ = ["MOST_VIEWS", "delete_view", "rename_view", "save_view"]
