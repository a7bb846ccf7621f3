"""What the pages of knowledge share: the own organization, an item or 404."""

from __future__ import annotations

from flask import abort

from blueprints.accounts.models import Organization
from blueprints.accounts.sessions import me
from blueprints.knowledge import queries
from blueprints.knowledge.models import KnowledgeItem

ID = "int(max=2147483647)"
ITEM = f"/knowledge/<{ID}:knowledge_item_id>"
CRUMB = [{"label": "知识库", "url": "/knowledge"}]


def own_organization() -> Organization:
    """The organization of the person; 404 for the administrators, who have none."""
    organization = me().organization
    if organization is None:
        abort(404)
    return organization


def item_or_404(item_id: int) -> KnowledgeItem:
    """An item that this person may see."""
    found = queries.item_or_none(item_id, me())
    if found is None:
        abort(404)
    return found


def own_or_404(item_id: int) -> KnowledgeItem:
    """An item of the own organization."""
    found = item_or_404(item_id)
    if found.organization_id != me().organization_id:
        abort(404)
    return found
