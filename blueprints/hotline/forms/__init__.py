"""Forms of emergencies and incidents."""
