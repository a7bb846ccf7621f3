"""Pages of accounts: sign-in, people, roles, organizations, audit log."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)

from blueprints.accounts.routes import audit_log, delegations, organizations, people, roles, sign_in  # noqa: E402

__all__ = ["audit_log", "blueprint", "delegations", "organizations", "people", "roles", "sign_in"]
