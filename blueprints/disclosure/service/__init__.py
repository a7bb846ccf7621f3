"""Steps of disclosure, as verbs; each is called inside the caller's transaction."""
