"""The service register (F3.1, F3.2, F3.4): outlets, staff, visits, hotlines, catalogue, commitments."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes and commands."""
    from blueprints.registry import (
        models,  # noqa: F401  its tables are known from here on
        people_words,
        words,
    )
    from blueprints.registry.commands import registry
    from blueprints.registry.jobs import STAFF_IMPORT, import_staff
    from blueprints.registry.routes import blueprint
    from blueprints.registry.service.requests import on_clock_moved
    from core.clocks import ClockMoved
    from core.events import subscribe
    from core.jobs import register_job

    app.register_blueprint(blueprint)
    app.cli.add_command(registry)
    with app.app_context():
        people_words.name_actions()
        words.name_actions()
        subscribe(ClockMoved, on_clock_moved)
        register_job(STAFF_IMPORT, import_staff)
