"""Rule systems as data: versions, local settings with their history, law limits, the calendar pages."""

from flask import Flask


def register(app: Flask) -> None:
    """Rulesets (checked at start), routes and commands."""
    from blueprints.rulebook.commands import calendar, rules
    from blueprints.rulebook.routes import blueprint
    from blueprints.rulebook.service import load_rulesets

    load_rulesets(app)
    app.register_blueprint(blueprint)
    app.cli.add_command(calendar)
    app.cli.add_command(rules)
