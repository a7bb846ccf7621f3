"""Queries of emergencies and incidents."""
