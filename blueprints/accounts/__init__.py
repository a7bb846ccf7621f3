"""Organizations, departments, people, roles, sign-in and the pages of the audit log."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes, commands and the session loader."""
    from blueprints.accounts.commands import audit, users
    from blueprints.accounts.routes import blueprint
    from blueprints.accounts.sessions import init_sessions

    init_sessions(app)
    app.register_blueprint(blueprint)
    app.cli.add_command(users)
    app.cli.add_command(audit)
