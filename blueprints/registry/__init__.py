"""The service register (F3.1, F3.2, F3.4): outlets, staff, visits, hotlines, catalogue, commitments."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.registry import models  # noqa: F401  its tables are known from here on
    from blueprints.registry.routes import blueprint

    app.register_blueprint(blueprint)
