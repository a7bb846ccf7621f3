"""Pages of the rulebook: clauses, local settings, law limits, the calendar."""

from flask import Blueprint

blueprint = Blueprint("rulebook", __name__)

from blueprints.rulebook.routes import calendar, calendar_changes, clauses, laws, legal, settings  # noqa: E402

__all__ = ["blueprint", "calendar", "calendar_changes", "clauses", "laws", "legal", "settings"]
