"""The work bench of each role and the notifications."""

from flask import Flask


def register(app: Flask) -> None:
    """Routes and the frame of every signed-in page."""
    from blueprints.home.commands import demo
    from blueprints.home.frame import frame_context
    from blueprints.home.routes import blueprint

    app.register_blueprint(blueprint)
    app.context_processor(frame_context)
    app.cli.add_command(demo)
