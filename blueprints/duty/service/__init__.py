"""Services of duty."""

from blueprints.duty.service.open_items import OpenItem, open_items, register_open_items

__all__ = ["OpenItem", "open_items", "register_open_items"]
