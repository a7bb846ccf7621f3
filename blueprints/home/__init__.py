"""The work bench of each role and the notifications."""

from flask import Flask

AUDIT_WORDS = {"demo.load": "装入演示数据", "demo.batch": "装入一批演示诉求件"}


def register(app: Flask) -> None:
    """Routes and the frame of every signed-in page."""
    from blueprints.accounts.service.audit_words import add_words
    from blueprints.home import jobs as _pages  # noqa: F401
    from blueprints.home.commands import demo
    from blueprints.home.frame import frame_context
    from blueprints.home.routes import blueprint

    app.register_blueprint(blueprint)
    app.context_processor(frame_context)
    app.cli.add_command(demo)
    add_words(AUDIT_WORDS, {"demo": "演示数据"}, {"cases": "件数", "seed": "种子"})
