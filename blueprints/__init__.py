"""Features, one folder each; see docs/architecture.md for which may use which."""
