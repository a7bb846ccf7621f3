"""Pages of accounts: sign-in, people, roles, organizations, audit log."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from blueprints.accounts.routes import (  # noqa: E402
    audit_log,
    delegations,
    jurisdictions,
    organizations,
    people,
    roles,
    sign_in,
)

__all__ = [
    "audit_log",
    "blueprint",
    "delegations",
    "jurisdictions",
    "organizations",
    "people",
    "roles",
    "sign_in",
]
