"""A real week in the hotline room: emergencies by one tap, incidents with thousands of callers."""

from flask import Flask

ACTIONS: dict[str, str] = {}
SUBJECTS: dict[str, str] = {}
FIELDS: dict[str, str] = {}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.hotline import models  # noqa: F401 - the tables are known from here on
    from blueprints.hotline.routes import blueprint

    app.register_blueprint(blueprint)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})
