"""Steps of inspection, as verbs; each is called inside the caller's transaction."""
