"""View models of the service register: dicts for the macros. Pure formatting."""
