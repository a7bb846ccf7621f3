"""The five faces of official documents: which installed font prints each, and how wide its characters are.

Order: the official names, then Fandol, then Noto CJK, which has every character of 通用规范汉字表 (GB/T 9704
names faces, no files). All are found through one fontconfig file with absolute folders.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OWN_FOLDER = ROOT / ".fonts"
SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
FOLDERS = (OWN_FOLDER, *SYSTEM_FOLDERS, Path(os.path.expanduser("~/.fonts")))
BOLD_SONG = "Notice Bold Song"


@dataclass(frozen=True)
class Role:
    """A face by what it is for: the families that print it, the best first."""

    code: str
    name: str
    families: tuple[str, ...]


ROLES = (
    Role("xbs", "小标宋", (
        "方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", BOLD_SONG,
        "Noto Serif CJK SC",
    )),
    Role("fs", "仿宋", (
        "仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "FandolFang", "Noto Serif CJK SC",
    )),
    Role("kt", "楷体", ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "FandolKai", "Noto Serif CJK SC")),
    Role("ht", "黑体", ("黑体", "SimHei", "FandolHei", "Noto Sans CJK SC")),
    Role("st", "宋体", ("宋体", "SimSun", "FandolSong", "Noto Serif CJK SC")),
)  # fmt: skip


@dataclass(frozen=True)
class Face:
    """One installed font file that prints a role."""

    family: str
    path: str
    index: int


def fontconfig_text(cache_folder: Path, folders: Iterable[Path] = FOLDERS) -> str:
    """The fontconfig file: where fonts lie, and a family for the bold Song that is used as 小标宋."""
    dirs = "\n".join(f"  <dir>{folder}</dir>" for folder in folders)
    return f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{dirs}
  <cachedir>{cache_folder}</cachedir>
  <match target="scan"><test name="postscriptname"><string>NotoSerifCJKsc-Bold</string></test>
    <edit name="family" mode="append"><string>{BOLD_SONG}</string></edit></match>
</fontconfig>
"""


def _writable(folder: Path) -> Path:
    """This folder, or one of this user's own where it cannot be written."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):
        return folder
    own = Path(tempfile.gettempdir()) / f"notice-fonts-{os.getuid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    return own


@cache
def fontconfig_file() -> Path:
    """The path of the fontconfig file of this installation, written when it is not there or out of date."""
    folder = _writable(Path(os.environ.get("FONT_CACHE_DIR") or OWN_FOLDER / "cache"))
    path, text = folder / "fonts.conf", fontconfig_text(folder / "fontconfig")
    if not path.is_file() or path.read_text("utf-8") != text:
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)
    return path


@cache
def installed() -> dict[str, Face]:
    """Every family name that fontconfig knows here, with a file of it (Regular where there is one)."""
    env = os.environ | {"FONTCONFIG_FILE": str(fontconfig_file())}
    listed = subprocess.run(
        ["fc-list", "-f", "%{family}|%{file}|%{index}|%{weight}\n"],  # noqa: S607
        env=env, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found: dict[str, tuple[int, Face]] = {}
    for line in listed.splitlines():
        families, path, index, weight = line.rsplit("|", 3)
        heavy = abs(int(float(weight.strip("[]").split(" ")[0] or 80)) - 80)
        for family in families.split(","):
            if family not in found or heavy < found[family][0]:
                found[family] = (heavy, Face(family, path, int(index) & 0xFFFF))
    return {family: face for family, (_, face) in found.items()}


def stack(role: Role) -> list[Face]:
    """The installed fonts of a role, the best first; empty when none is there."""
    known = installed()
    return [known[family] for family in role.families if family in known]


def css_families() -> dict[str, str]:
    """Role code -> value of font-family."""
    return {role.code: ",".join(f'"{family}"' for family in role.families) for role in ROLES}


class Widths:
    """How wide characters are, in em, in the font that will print them."""

    def __init__(self) -> None:
        self._fonts: dict[str, list[tuple[dict[int, str], Any, int]]] = {}
        self._known: dict[tuple[str, str], float | None] = {}

    def _opened(self, role: str) -> list[tuple[dict[int, str], Any, int]]:
        if role not in self._fonts:
            from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

            of = next(r for r in ROLES if r.code == role)
            self._fonts[role] = []
            for face in stack(of):
                font = TTFont(face.path, fontNumber=face.index, lazy=True)
                widths, units = font["hmtx"].metrics, font["head"].unitsPerEm
                self._fonts[role].append((font.getBestCmap(), widths, units))
                font.close()
        return self._fonts[role]

    def of(self, role: str, character: str) -> float | None:
        """Advance in em, or None when no font of the role has the character."""
        key = (role, character)
        if key not in self._known:
            self._known[key] = next(
                (
                    widths[glyphs[ord(character)]][0] / units
                    for glyphs, widths, units in self._opened(role)
                    if ord(character) in glyphs
                ),
                None,
            )
        return self._known[key]
