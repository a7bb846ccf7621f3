"""The list of people that the pages of accounts and of roles share: filter, one page of rows, neighbours."""

from __future__ import annotations

import re
from typing import Any

from flask import request, url_for

from blueprints.accounts import queries
from blueprints.accounts.forms import PeopleFilterForm
from blueprints.accounts.sessions import me
from core.authz import ENTERPRISE_ROLES, ROLE_NAMES, Permission, Role
from core.forms import select_choices

EDGE = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")


def everywhere() -> bool:
    """True for the administrators, who see every organization; False for an account manager."""
    return bool(me().permissions & {Permission.ORGANIZATION_MANAGE, Permission.ROLE_GRANT})


def _filter_form() -> PeopleFilterForm:
    form = PeopleFilterForm(formdata=request.args)
    offered = [role for role in Role if everywhere() or role in ENTERPRISE_ROLES]
    roles = [*((role.value, ROLE_NAMES[role]) for role in offered), ("none", "没有角色")]
    form.role.choices = select_choices(roles, "全部")
    organizations = [(o.id, o.name) for o in queries.organizations()] if everywhere() else []
    form.organization.choices = [*select_choices(organizations, "全部"), (0, "不属于单位")]
    return form


def people_listing(endpoint: str) -> dict[str, Any]:
    """What the page shows; a value in the address that cannot be meant narrows nothing."""
    form = _filter_form()
    form.validate()
    given = {name: None if field.errors else field.data for name, field in form._fields.items()}
    wanted = queries.PeopleFilter(
        given["q"] or "", given["organization"], given["role"] or "", given["state"] or ""
    )
    edges = {name: request.args.get(name, "") for name in ("after", "before")}
    page = queries.people_page(me(), wanted, **{k: v for k, v in edges.items() if EDGE.fullmatch(v)})
    kept: dict[str, Any] = {k: v for k, v in request.args.items() if k in form._fields and v}

    def link(**edge: Any) -> str:
        return url_for(endpoint, **kept, **edge)

    return {
        "form": form,
        "page": page,
        "everywhere": everywhere(),
        "filtered": bool(kept),
        "prev_url": link(before=page.before) if page.before else None,
        "next_url": link(after=page.after) if page.after else None,
        "role_names": lambda user: [ROLE_NAMES[role] for role in Role if role in user.roles],
    }
