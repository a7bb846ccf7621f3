"""Forms of duty."""
