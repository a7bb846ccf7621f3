"""View models of disclosure: dicts for the macros. Pure formatting."""
