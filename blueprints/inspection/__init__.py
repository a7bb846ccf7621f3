"""Inspection (F5.3, F6): draws that anybody can recompute, record sampling, on-site checks, rectification."""

from flask import Flask


def register(app: Flask) -> None:
    """Commands of the feature."""
    from blueprints.inspection import commands

    app.cli.add_command(commands.draws)
