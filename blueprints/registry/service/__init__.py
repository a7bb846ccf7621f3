"""Steps of the service register, as verbs; each is called inside the caller's transaction."""
