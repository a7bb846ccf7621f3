"""Views of emergencies and incidents."""
