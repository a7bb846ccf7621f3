"""Self-disclosure (F3.3): what enterprises must publish, have published, and how it was checked."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.disclosure import models  # noqa: F401  its tables are known from here on
    from blueprints.disclosure.routes import blueprint

    app.register_blueprint(blueprint)
