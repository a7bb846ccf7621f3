"""View models: dicts for the macros, made from rows that were read before. Pure formatting."""

from __future__ import annotations

from blueprints.complaints.views.lists import bench_view

__all__ = ["bench_view"]
