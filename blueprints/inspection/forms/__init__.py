"""Forms of inspection, by subject."""
