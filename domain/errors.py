"""Refusals that every floor understands; their messages are Chinese sentences for the person at the page."""

from __future__ import annotations


class RuleViolation(Exception):
    """A step that the ruleset does not allow (HTTP 409).

    `message` says in Chinese what is missing, `clause` is the clause id that asks for it (None: no clause),
    `next_step` says how to go on (None when the message already does).
    """

    def __init__(self, message: str, clause: str | None = None, next_step: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.clause = clause
        self.next_step = next_step

    def __str__(self) -> str:
        tail = f"（依据 {self.clause}）" if self.clause else ""
        return f"{self.message}{tail}{self.next_step or ''}"


class InvalidInput(ValueError):
    """A value that cannot be meant (HTTP 422). `field` names the input that it belongs to, if one does."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
