"""Cases (诉求件) from intake to archive, under the ruleset of each enterprise."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes, commands, and what the feature does when the calendar changes."""
    from blueprints.complaints.commands import complaints
    from blueprints.complaints.routes import blueprint
    from blueprints.complaints.service.deadlines import on_calendar_changed, on_clock_moved
    from core.calendar_store import CalendarChanged
    from core.clocks import ClockMoved
    from core.events import subscribe

    app.register_blueprint(blueprint)
    app.cli.add_command(complaints)
    with app.app_context():
        subscribe(CalendarChanged, on_calendar_changed)
        subscribe(ClockMoved, on_clock_moved)
