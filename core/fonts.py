"""Which fonts official documents will be printed with: for the command line and the administrator."""

from __future__ import annotations

import ctypes.util
import json
import sys
from dataclasses import dataclass
from typing import Any

import click

from core.pdf.faces import ROLES, Role, installed, stack

OFFICIAL = {"xbs": 4, "fs": 4, "kt": 4, "ht": 2, "st": 2}
LIBRARIES = (("harfbuzz-subset", "libharfbuzz-subset0"), ("pango-1.0", "libpango-1.0-0"),
             ("pangoft2-1.0", "libpangoft2-1.0-0"))  # fmt: skip


@dataclass(frozen=True)
class FaceReport:
    """What prints a role. `standing`: official, substitute, fallback or missing."""

    role: str
    name: str
    family: str
    path: str
    standing: str

    @property
    def words(self) -> str:
        """The standing in words."""
        return {
            "official": "公文规定的字体", "substitute": "替代字体", "fallback": "后备字体，字形与规定的不同",
            "missing": "没有可用的字体",
        }[self.standing]  # fmt: skip


def report() -> list[FaceReport]:
    """One row a role, in the order of the roles."""
    return [_row(role) for role in ROLES]


def _row(role: Role) -> FaceReport:
    faces = stack(role)
    if not faces:
        return FaceReport(role.code, role.name, "", "", "missing")
    family = next(f for f in role.families if f in installed())
    place = role.families.index(family)
    standing = "official" if place < OFFICIAL[role.code] else "substitute"
    if family.startswith("Noto"):
        standing = "fallback"
    return FaceReport(role.code, role.name, family, faces[0].path, standing)


def missing_libraries() -> list[str]:
    """Debian packages of libraries that are not there; without libharfbuzz-subset0 printing is very slow."""
    return [package for name, package in LIBRARIES if ctypes.util.find_library(name) is None]


@click.group()
def fonts() -> None:
    """公文字体。"""


@fonts.command("check")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
def check_fonts(as_json: bool) -> None:
    """列出印制文书用的字体；缺字体或者组件时退出码为 1。"""
    rows, libraries = report(), missing_libraries()
    holds = not libraries and all(row.standing != "missing" for row in rows)
    if as_json:
        faces: list[dict[str, Any]] = [vars(row) for row in rows]
        click.echo(
            json.dumps({"holds": holds, "faces": faces, "missing_libraries": libraries}, ensure_ascii=False)
        )
    else:
        for row in rows:
            click.echo(f"{row.name}：{row.family or '—'}（{row.words}）{row.path}")
        for package in libraries:
            click.echo(f"缺少系统组件：{package}，请执行一次 ./run 安装。")
    sys.exit(0 if holds else 1)
