"""Rooms that need Flask or SQLAlchemy but know no feature."""
