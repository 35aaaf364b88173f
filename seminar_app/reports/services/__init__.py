"""Services of reports."""

from seminar_app.reports.services.freezing import freeze
from seminar_app.reports.services.indicators import (
    MOST_INDICATORS,
    IndicatorFacts,
    add_indicator,
    change_indicator,
    end_indicator,
)
from seminar_app.reports.services.views import MOST_VIEWS, delete_view, rename_view, save_view

__all__ = [
    "MOST_INDICATORS",
    "MOST_VIEWS",
    "IndicatorFacts",
    "add_indicator",
    "change_indicator",
    "delete_view",
    "end_indicator",
    "freeze",
    "rename_view",
    "save_view",
]
