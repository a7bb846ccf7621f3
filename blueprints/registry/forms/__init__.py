"""Forms of the service register."""
