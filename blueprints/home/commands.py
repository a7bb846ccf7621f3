"""Demo data."""

from __future__ import annotations

import click


@click.group()
def demo() -> None:
    """演示数据。"""
