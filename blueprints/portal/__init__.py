"""Public pages: what enterprises have published, the regulators' numbers, digests of notices (F1, F3.3)."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.portal.commands import portal
    from blueprints.portal.routes import blueprint

    app.register_blueprint(blueprint)
    app.cli.add_command(portal)
