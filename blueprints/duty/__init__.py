"""Who is on duty (值班), how a shift hands over (交接班), and what somebody who leaves hands over (交接)."""

from flask import Flask

ACTIONS: dict[str, str] = {}
SUBJECTS: dict[str, str] = {}
FIELDS: dict[str, str] = {}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.duty import models  # noqa: F401 - the tables are known from here on
    from blueprints.duty.routes import blueprint

    app.register_blueprint(blueprint)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})
