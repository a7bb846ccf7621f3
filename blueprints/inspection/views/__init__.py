"""View models of inspection: dicts for the macros. Pure formatting."""
