"""Signing an on-site check (F6.2b): the content is frozen, then signed by the inspectors and by the
enterprise's representative, or refused before a witness; nothing of it changes afterwards."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckSignature, SiteCheck
from blueprints.inspection.service import checking, entries
from core.db import db
from core.files import MAX_PIXELS, StoredFile, store
from domain.check_facts import FACTS, answers_of
from domain.checklists import asked_items, digest, score_of
from domain.errors import InvalidInput, RuleViolation
from domain.merging import State
from domain.score_rules import plainly
from domain.scoring import Score

CLAUSE = checking.CLAUSE
ROLES = {"inspector": "检查人员", "representative": "被检查单位在场人员", "witness": "见证人"}
LARGEST_PICTURE = (1200, 480)
LARGEST_BYTES = 8 * 1024 * 1024
SHOWN = 6


def begin(check: SiteCheck, *, by: User, now: datetime) -> None:
    """Freeze what was found. Errors: RuleViolation that lists what is missing."""
    entries.hold(check, alone=True)
    checking.require(check, ("open",), "开始签字")
    checking.require_inspector(check, by)
    if found := entries.missing(check):
        more = f"等 {len(found)} 项" if len(found) > SHOWN else ""
        raise RuleViolation(
            f"还不能签字：{''.join(found[:SHOWN])}{more}", CLAUSE, "补齐并全部发送以后再签字。"
        )
    content = content_of(check)
    check.content, check.content_sha256 = content, digest(content)
    check.result, check.outcome = content["score"], content["facts"]["outcome"]
    check.state = "signing"
    checking.log("begin_signing", check, {"content_sha256": [None, check.content_sha256]}, by, now)


def content_of(check: SiteCheck) -> dict[str, Any]:
    """Facts, answers, photos and score as they stand, with what they belong to."""
    checklist = checking.checklist_of(check)
    _, state = entries.standing_of(check)
    answers = answers_of(checklist, state)
    asked = asked_items(checklist, answers)
    return {
        "check": {
            "number": check.number, "enterprise": check.enterprise.name, "place": check.place,
            "checklist": check.checklist.label, "checklist_sha256": check.checklist.sha256,
            "inspectors": [
                {"id": one.user_id, "name": one.name, "certificate": one.certificate}
                for one in check.inspectors
            ],
        },
        "facts": facts_of(state),
        "answers": {
            one.code: {name: dict(data) for name, data in answers[one.code].items()} for one in asked
        },
        "photos": photos_of(check, state),
        "score": score_data(score_of(checklist, answers)),
    }  # fmt: skip


def facts_of(state: State) -> dict[str, Any]:
    """Name of the fact -> its value; `outcome_reason` says more about an obstructed visit."""
    found = {
        name.removeprefix("@"): state.facts[name]["value"]
        for name in FACTS
        if state.facts.get(name, {}).get("value")
    }
    if note := state.facts.get("@outcome", {}).get("note"):
        found["outcome_reason"] = note
    return found


def photos_of(check: SiteCheck, state: State) -> list[dict[str, Any]]:
    """Photos that were not taken back, numbered by item in the order of arrival."""
    kept = [photo for photo in check.photos if photo.client_id not in state.removed]
    kept.sort(key=lambda photo: (photo.item, photo.instance, photo.id))
    return [
        {
            "id": photo.id, "item": photo.item, "instance": photo.instance, "name": f"照片{n}",
            "sha256": photo.sha256,
        }
        for n, photo in enumerate(kept, 1)
    ]  # fmt: skip


def score_data(found: Score) -> dict[str, Any]:
    """A score as data: points as text."""
    return {
        "earned": plainly(found.earned), "bonus": plainly(found.bonus), "text": found.text,
        "applicable": plainly(found.applicable), "total": plainly(found.total),
        "percent": None if found.percent is None else str(found.percent), "coverage": str(found.coverage),
        "vetoed": list(found.vetoed), "rounding": found.rounding.words,
        "lines": [
            {
                "code": line.code, "maximum": plainly(line.maximum), "words": line.words,
                "earned": None if line.earned is None else plainly(line.earned),
            }
            for line in found.lines
        ],
    }  # fmt: skip


def take_back(check: SiteCheck, *, by: User, now: datetime) -> None:
    """Open it again before anybody has signed. Errors: RuleViolation."""
    entries.hold(check, alone=True)
    checking.require(check, ("signing",), "退回修改")
    checking.require_inspector(check, by)
    if check.signatures:
        raise RuleViolation(
            "已经有人签字，不能退回修改。", CLAUSE,
            "签完以后可以补充说明；确有错误的，写明理由作废后重新检查。",
        )  # fmt: skip
    check.state, check.content_sha256, check.outcome = "open", "", ""
    check.content, check.result = {}, {}
    checking.log("resume", check, {}, by, now)


# ---- signatures ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signing:
    """What the representative's side gives: a name and post with a picture, or a refusal before a witness."""

    name: str
    post: str = ""
    picture: bytes = b""
    reason: str = ""
    witness: str = ""
    witness_post: str = ""


def sign(check: SiteCheck, picture: bytes, *, by: User, now: datetime) -> bool:
    """An inspector signs for himself; True when this was the last signature. Errors: RuleViolation."""
    place = _may_sign(check, by)
    if any(one.role == "inspector" and one.user_id == by.id for one in check.signatures):
        raise RuleViolation("您已经签过字。", CLAUSE, "请等其他人签字。")
    _add(check, "inspector", place.name, place.certificate, _picture(picture, now), by, now, user=by)
    return _finished(check, by, now)


def sign_for_enterprise(check: SiteCheck, given: Signing, *, by: User, now: datetime) -> bool:
    """The representative signs on the device of an inspector; True when this was the last signature.

    Errors: RuleViolation, InvalidInput.
    """
    _may_sign(check, by)
    _require_open_side(check)
    if not given.name:
        raise InvalidInput("请填写在场人员的姓名。", "name")
    stored = _picture(given.picture, now)
    _add(check, "representative", given.name, given.post, stored, by, now)
    return _finished(check, by, now)


def refuse(check: SiteCheck, given: Signing, *, by: User, now: datetime) -> bool:
    """The representative does not sign (or nobody is there): the reason, and a witness signs.

    Errors: RuleViolation, InvalidInput.
    """
    _may_sign(check, by)
    _require_open_side(check)
    if len(given.reason) < checking.SHORTEST_REASON:
        raise InvalidInput("请写明拒签的理由或者无人在场的情况，至少 4 个字。", "reason")
    if not given.witness:
        raise InvalidInput("请填写见证人的姓名。", "witness")
    if given.witness in {one.name for one in check.inspectors}:
        raise InvalidInput("检查人员不能自己作见证人。", "witness")
    stored = _picture(given.picture, now)
    row = _add(check, "representative", given.name or "无人在场", given.post, None, by, now)
    row.refused, row.reason = True, given.reason
    _add(check, "witness", given.witness, given.witness_post, stored, by, now)
    return _finished(check, by, now)


def _may_sign(check: SiteCheck, by: User) -> Any:
    entries.hold(check, alone=True)
    checking.require(check, ("signing",), "签字")
    place = checking.require_inspector(check, by)
    if place.waiting:
        raise RuleViolation(
            f"您的平板上还有 {place.waiting} 项没有发送，不能签字。", CLAUSE, "请先在平板上联网发送。"
        )
    if digest(check.content) != check.content_sha256:
        raise RuleViolation("笔录内容和冻结时的校验值不一致，不能签字。", CLAUSE, "请联系系统管理员。")
    return place


def _require_open_side(check: SiteCheck) -> None:
    if any(one.role == "representative" for one in check.signatures):
        raise RuleViolation("被检查单位一方已经签字或者记明拒签。", CLAUSE, "请刷新页面，看还有谁没有签字。")


def _add(
    check: SiteCheck, role: str, name: str, post: str, picture: StoredFile | None, by: User, now: datetime,
    user: User | None = None,
) -> CheckSignature:  # fmt: skip
    row = CheckSignature(
        role=role, user_id=user.id if user else None, name=name[:64], post=post[:64],
        content_sha256=check.content_sha256, by_id=by.id, at=now,
    )  # fmt: skip
    row.file = picture
    check.signatures.append(row)
    changes = {"signed_by": [None, f"{ROLES[role]} {name}"], "content_sha256": [None, check.content_sha256]}
    checking.log("sign", check, changes, by, now)
    return row


def _picture(data: bytes, now: datetime) -> StoredFile:
    """A signature as a PNG on white, no bigger than needed. Errors: InvalidInput."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise InvalidInput("请签字，或者上传签字的照片。", "drawn")
    if len(data) > LARGEST_BYTES:
        raise InvalidInput("签字的图片不能超过 8 MB。", "picture")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidInput("图片像素过大，请缩小后再传。", "picture")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            upright.thumbnail(LARGEST_PICTURE)
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright, mask=upright.getchannel("A"))
            darkest, lightest = plain.convert("L").getextrema()
            if darkest == lightest:
                raise InvalidInput("签字是空白的，请重新签字。", "drawn")
            out = io.BytesIO()
            plain.save(out, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as odd:
        if isinstance(odd, InvalidInput):
            raise
        raise InvalidInput("签字的图片无法识别，请用 PNG 或 JPG。", "picture") from odd
    return store("signature.png", out.getvalue(), now=now)


def still_to_sign(check: SiteCheck) -> list[str]:
    """Who has not signed yet."""
    signed = {one.user_id for one in check.signatures if one.role == "inspector"}
    found = [one.name for one in check.inspectors if one.user_id not in signed]
    if not any(one.role == "representative" for one in check.signatures):
        found.append("被检查单位在场人员")
    return found


def _finished(check: SiteCheck, by: User, now: datetime) -> bool:
    db.session.flush()
    if still_to_sign(check):
        return False
    check.state, check.signed_at = "signed", now
    checking.log("signed", check, {"content_sha256": [None, check.content_sha256]}, by, now)
    return True


def keep_record(check_id: int, pdf: bytes, *, now: datetime) -> None:
    """The printed 现场检查笔录 with its digest, kept once. Errors: InvalidInput."""
    check = db.session.get_one(SiteCheck, check_id)
    if check.state in ("signed", "reviewed") and check.record_file is None:
        check.record_file = store("record.pdf", pdf, now=now)
