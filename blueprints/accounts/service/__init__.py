"""Verbs on accounts: sign-in, people, organizations."""
