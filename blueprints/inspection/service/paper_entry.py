"""Checklists filled in by hand (F6.2b): the scan is kept, one person types, another one compares."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckEntry, SiteCheck
from blueprints.inspection.service import checking, entries
from core import files
from core.db import db
from core.files import StoredFile
from core.inbox import tell
from domain.check_facts import clean
from domain.errors import InvalidInput, RuleViolation

CLAUSE = checking.CLAUSE
SCANS = (".pdf", ".jpg", ".jpeg", ".png")
STATES = {
    "none": "没有扫描件", "scan": "待录入", "entered": "待核对", "checked": "已核对",
}  # fmt: skip
TONES = {"none": "open", "scan": "soon", "entered": "soon", "checked": "done"}
PAGE_WIDTH, LONGEST_WAIT, SHORTEST_REASON = 1100, 30, 4
NO_SUCH_PAGE, COUNT_BYTES, MOST_SHEETS = 3, 4, 40
Key = tuple[str, str]


def state_of(check: SiteCheck) -> str:
    """none | scan | entered | checked."""
    if check.paper_scan_id is None:
        return "none"
    if check.paper_entered_at is None:
        return "scan"
    return "entered" if check.paper_checked_at is None else "checked"


def keep_scan(check: SiteCheck, name: str, data: bytes, *, by: User, now: datetime) -> StoredFile:
    """Keep the scan; another one may take its place until somebody has compared. Errors: InvalidInput."""
    require_unchecked(check, "更换扫描件")
    if Path(name).suffix.lower() not in SCANS:
        raise InvalidInput("请上传扫描件：PDF、JPG 或者 PNG。", "scan")
    try:
        stored = files.store(name, data, now=now)
    except InvalidInput as odd:
        raise InvalidInput(odd.message, "scan") from None
    before = check.paper_scan.sha256 if check.paper_scan else None
    check.paper_scan, check.paper_scan_id = stored, stored.id
    check.paper_entered_at = None
    checking.log("paper_scan", check, {"sha256": [before, stored.sha256]}, by, now)
    return stored


def enter(
    check: SiteCheck, given: Mapping[Key, Mapping[str, Any]], *, done: bool, by: User, now: datetime
) -> int:
    """Keep what was typed, (item, instance) -> data, as entries without a device; `done`: somebody else may
    compare now. Returns how many entries are new. Errors: RuleViolation; InvalidInput naming the item."""
    require_unchecked(check, "录入")
    if check.paper_scan_id is None:
        raise RuleViolation("还没有上传扫描件，不能录入。", CLAUSE, "请先上传手写检查表的扫描件。")
    found, _ = entries.standing_of(check)
    checklist = checking.checklist_of(check)
    changed = 0
    for (item, instance), data in given.items():
        stands = found.get((item, instance))
        current = dict(stands.current.data) if stands and stands.current else {}
        if clean(checklist, item, instance, data) == current and not (stands and stands.conflict):
            continue
        entries.record(check, item=item, instance=instance, data=data, by=by, now=now, of_team=False)
        changed += 1
    check.paper_entered_by_id, check.paper_entered_at = by.id, now if done else None
    checking.log("paper_entered" if done else "paper_typed", check, {"entries": [None, changed]}, by, now)
    return changed


def require_second(check: SiteCheck, by: User) -> None:
    """Whether this person may compare: nobody compares what they typed. Errors: RuleViolation."""
    entries.require_open(check)
    if state_of(check) != "entered":
        raise RuleViolation(f"纸质检查表{STATES[state_of(check)]}，不能核对。", CLAUSE, "请先录入完毕。")
    if typed_by(check, by):
        text = "录入的人不能核对自己的录入。"
        raise RuleViolation(text, CLAUSE, "请另一位检查人员对照扫描件核对。")


def typed_by(check: SiteCheck, by: User) -> bool:
    """Whether this person typed any of what stands in the check."""
    if check.paper_entered_by_id == by.id:
        return True
    rows = select(CheckEntry.id).where(
        CheckEntry.check_id == check.id, CheckEntry.by_id == by.id, CheckEntry.tablet_id.is_(None)
    )
    return db.session.scalar(rows.limit(1)) is not None


def confirm(check: SiteCheck, *, by: User, now: datetime) -> None:
    """What was typed is what stands on the paper. Errors: RuleViolation."""
    require_second(check, by)
    check.paper_checked_by_id, check.paper_checked_at = by.id, now
    checking.log("paper_checked", check, {"sha256": [None, _scan(check).sha256]}, by, now)


def send_back(check: SiteCheck, reason: str, *, by: User, now: datetime, link: str) -> None:
    """Typing and paper differ: whoever typed is told where. Errors: RuleViolation, InvalidInput."""
    require_second(check, by)
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明哪里不一致，至少 {SHORTEST_REASON} 个字。", "reason")
    check.paper_entered_at = None
    checking.log("paper_back", check, {"reason": [None, reason]}, by, now)
    if check.paper_entered_by_id:
        text = f"{check.number}的录入和扫描件不一致，请更正：{reason}"
        tell([check.paper_entered_by_id], text, link=link, now=now, clause=CLAUSE)


def require_unchecked(check: SiteCheck, step: str) -> None:
    """Whether nobody has compared yet. Errors: RuleViolation."""
    entries.require_open(check)
    if state_of(check) == "checked":
        raise RuleViolation(
            f"录入已经由另一人核对，不能{step}。", CLAUSE, "要更正的，由检查人员逐项修改并写明理由。"
        )


def _scan(check: SiteCheck) -> StoredFile:
    if check.paper_scan is None:
        raise RuleViolation("没有扫描件。", CLAUSE, "请先上传扫描件。")
    return check.paper_scan


def page_of(check: SiteCheck, page: int) -> tuple[bytes, int]:
    """A page (from 1) of the scan as a picture, and how many pages there are; b"" beyond the last one.

    Errors: RuleViolation where the file cannot be drawn.
    """
    scan = _scan(check)
    path = files.path_of(scan.sha256)
    if scan.mime != "application/pdf":
        return (path.read_bytes(), 1) if page == 1 else (b"", 1)
    return _drawn(path, page)


def one_scan(sheets: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """One file of what was sent, before it is kept: a PDF that can be drawn, a picture, or several pictures
    as a PDF, a page each. Errors: InvalidInput at `scan`."""
    if not sheets:
        raise InvalidInput("请选择扫描件。", "scan")
    if len(sheets) > MOST_SHEETS:
        raise InvalidInput(f"一次最多 {MOST_SHEETS} 张照片，页数多的请扫描成 PDF。", "scan")
    kinds = {Path(name).suffix.lower() for name, _ in sheets}
    if not kinds <= set(SCANS) or (len(sheets) > 1 and ".pdf" in kinds):
        raise InvalidInput("请上传一份 PDF，或者几张 JPG、PNG。", "scan")
    if len(sheets) > 1:
        return "检查表.pdf", _bound(sheets)
    name, data = sheets[0]
    if kinds == {".pdf"}:
        _require_drawable(data)
    return name, data


def _bound(sheets: Sequence[tuple[str, bytes]]) -> bytes:
    from PIL import Image

    try:
        kept = [files.checked_content(name, data)[0] for name, data in sheets]
    except InvalidInput as odd:
        raise InvalidInput(odd.message, "scan") from None
    pages = []
    for data in kept:
        page = Image.open(io.BytesIO(data)).convert("L")
        page.thumbnail((PAGE_WIDTH * 2, PAGE_WIDTH * 3))
        pages.append(page)
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


def _require_drawable(data: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        try:
            _drawn(Path(file.name), 1)
        except RuleViolation as odd:
            raise InvalidInput(f"{odd.message}{odd.next_step}", "scan") from None


def _drawn(path: Path, page: int) -> tuple[bytes, int]:
    script = Path(__file__).with_name("paper_child.py")
    command = [sys.executable, "-I", str(script), str(path.resolve()), str(page - 1), str(PAGE_WIDTH)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST_WAIT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise RuleViolation("扫描件打不开。", CLAUSE, "请把检查表拍成照片重新上传。") from None
    if done.returncode == NO_SUCH_PAGE:
        return b"", 0
    if done.returncode or len(done.stdout) <= COUNT_BYTES:
        raise RuleViolation("扫描件打不开。", CLAUSE, "请把检查表拍成照片重新上传。")
    return done.stdout[:-COUNT_BYTES], int.from_bytes(done.stdout[-COUNT_BYTES:], "big")
