"""Reply templates, hotline scripts and safety scripts: versioned, searched, counted by use."""

from flask import Flask

ACTIONS: dict[str, str] = {}
SUBJECTS: dict[str, str] = {}
FIELDS: dict[str, str] = {}


def register(app: Flask) -> None:
    """Routes, and what the feature's steps are called in the audit log."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.knowledge import models  # noqa: F401 - the tables are known from here on
    from blueprints.knowledge.routes import blueprint

    app.register_blueprint(blueprint)
    add_words(ACTIONS, SUBJECTS, FIELDS, {})
