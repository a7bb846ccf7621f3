"""What each role may do, and the two marks that every route must carry: `requires` or `public`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app
from flask_login import current_user

from domain.roles import (
    ADMIN_ROLES,
    ENTERPRISE_ROLES,
    REGULATOR_ROLES,
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)

__all__ = [
    "ADMIN_ROLES",
    "ENTERPRISE_ROLES",
    "REGULATOR_ROLES",
    "ROLE_NAMES",
    "ROLE_PERMISSIONS",
    "Permission",
    "Role",
    "check_routes",
    "public",
    "requires",
]

View = TypeVar("View", bound=Callable[..., Any])


def requires(*permissions: Permission) -> Callable[[View], View]:
    """A route for signed-in people who hold at least one of `permissions`; 403 for the others."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
            if not current_user.permissions & set(permissions):
                abort(403)
            if current_user.lent:
                current_user.act_for(_principal(frozenset(permissions)))
            return view(*args, **kwargs)

        guarded.access = permissions  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def _principal(permissions: frozenset[Permission]) -> str:
    """For whom the person at the page acts, where only a lent role opens it; else empty."""
    opening = frozenset(role for role in Role if ROLE_PERMISSIONS[role] & permissions)
    return str(current_user.principal_for(opening))


def public(view: View) -> View:
    """A route that anybody may call without signing in."""
    view.access = ()  # type: ignore[attr-defined]
    return view


def check_routes(app: Flask) -> None:
    """Deny by default: refuse to start when a route declares neither `requires` nor `public`."""
    bare = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not endpoint.endswith(".static") and not hasattr(view, "access")
    )
    if bare:
        raise RuntimeError(f"routes without @requires or @public: {', '.join(bare)}")
