"""The public pages as a folder of files: every page is asked for as a visitor would, its links made relative.

Nothing is reached but what the public pages link to, so nothing else can be carried out.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from flask import current_app, url_for
from flask.testing import FlaskClient

EXPORTING = "portal.export"
MARK = ".published"
_LINK = re.compile(r'(\b(?:href|src|action)=")(/[^"#]*)([^"]*")')
_LISTED = re.compile(r'("url": ")(/[^"#]*)(")')
_STYLE = re.compile(r'(url\(["\']?)(/[^"\')#]*)([^)]*\))')
_NAMED = re.compile(r"filename\*?=(?:UTF-8'')?\"?([^\";]+)\"?$")


class ExportError(Exception):
    """The folder cannot be written to, or a public page does not answer; a Chinese sentence."""


@dataclass(frozen=True)
class Exported:
    """How many pages (HTML) and other files were written."""

    pages: int
    files: int


def export(folder: Path) -> Exported:
    """Write the public pages into `folder`, which is replaced as a whole once all of them are there.

    Errors: ExportError for a folder that holds anything but an earlier export, or a page that fails.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise ExportError("这个目录里有别的文件，请换一个空目录。")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as made:
        partial = Path(made) / "pages"
        partial.mkdir()
        done = _Crawl(partial).run()
        (partial / MARK).write_text("public pages\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        partial.rename(folder)
    return done


class _Crawl:
    """Follows links from the first public page; each address becomes one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client: FlaskClient = current_app.test_client()
        with current_app.test_request_context():
            self.start = url_for("portal.home")
        self.places: dict[str, str] = {}
        self.waiting: list[str] = []

    def run(self) -> Exported:
        """Write everything that can be reached."""
        pages = files = 0
        self._place_of(self.start)
        while self.waiting:
            address = self.waiting.pop()
            is_page = self._take(address)
            pages, files = pages + is_page, files + (not is_page)
        return Exported(pages, files)

    def _get(self, address: str) -> tuple[bytes, str, str]:
        host = next(iter(current_app.config.get("TRUSTED_HOSTS") or ()), "localhost").lstrip(".")
        answer = self.client.get(address, base_url=f"http://{host}", environ_overrides={EXPORTING: "1"})
        if answer.status_code != 200:
            raise ExportError(f"页面 {address} 打不开（{answer.status_code}），没有导出。")
        return answer.data, answer.mimetype or "", answer.headers.get("Content-Disposition", "")

    def _take(self, address: str) -> bool:
        data, mime, _ = self._get(address)
        place = self.places[address]
        target = self.folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if mime == "text/html":
            data = self._rewritten(data, place, _LINK)
        elif address.endswith("search-index.js"):
            data = self._rewritten(data, "", _LISTED)
        elif mime == "text/css":
            data = self._rewritten(data, place, _STYLE)
        target.write_bytes(data)
        return mime == "text/html"

    def _rewritten(self, data: bytes, place: str, pattern: re.Pattern[str]) -> bytes:
        here = posixpath.dirname(place)

        def relative(match: re.Match[str]) -> str:
            target = self._place_of(match[2])
            return f"{match[1]}{quote(posixpath.relpath(target, here or '.'))}{match[3]}"

        return pattern.sub(relative, data.decode()).encode()

    def _place_of(self, address: str) -> str:
        """Where the address lies in the folder; a new one is waited for."""
        if address not in self.places:
            self.places[address] = self._name(address)
            self.waiting.append(address)
        return self.places[address]

    def _name(self, address: str) -> str:
        path = unquote(urlsplit(address).path)
        prefix = self.start.rstrip("/")
        inside = path.removeprefix(prefix).lstrip("/") if path.startswith(prefix) else path.lstrip("/")
        if not inside or inside.endswith("/"):
            return f"{inside}index.html"
        name = posixpath.normpath(inside)
        if name.startswith("..") or "\\" in name:
            raise ExportError(f"地址 {address} 不能作为文件名。")
        return name if "/files/" not in f"/{name}" else self._file_name(name, address)

    def _file_name(self, name: str, address: str) -> str:
        """An attachment keeps its extension, so that a plain web server knows its type."""
        match = _NAMED.search(self._get(address)[2])
        suffix = Path(unquote(match[1])).suffix.lower() if match else ""
        return name + (suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", suffix) else "")
