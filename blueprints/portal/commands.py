"""`flask portal export DIR`: the public pages as files for a public web server."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from blueprints.portal.exporting import ExportError, export

portal = AppGroup("portal", help="公开页面。")


@portal.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def export_pages(folder: Path) -> None:
    """Write the public pages to FOLDER, links and all; the folder must be empty or an earlier export."""
    try:
        done = export(folder)
    except ExportError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"已导出 {done.pages} 个页面、{done.files} 个文件到 {folder}。", err=True)
