"""What the page of a version shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.disclosure.models import DisclosureVersion
from blueprints.disclosure.queries.duties import clause_for, duty_named
from blueprints.disclosure.workflow import (
    ACTION_NAMES,
    CHECKED_NAMES,
    CHECKED_TONES,
    STATE_NAMES,
    STATE_TONES,
    Row,
    State,
)
from blueprints.registry.events import TOPICS
from core.wording import date_words, file_size, moment_words
from domain.duties import CHANNELS, Duty, Frequency, periods

NEXT = {
    "submit": "核对内容，提交审核",
    "approve": "审核这一版",
    "publish": "在各渠道公开，然后登记",
    "verify": "核查公开的内容",
}
POSTED = {"submit": "disclosure.submit_version", "approve": "disclosure.approve_version"}
LINKED = {
    "edit": "disclosure.edit_version",
    "send_back": "disclosure.send_back_version",
    "publish": "disclosure.publish_version",
    "withdraw": "disclosure.withdraw_version",
    "verify": "disclosure.check_version",
}


def period_words(duty: Duty, key: str) -> str:
    """2026年10月 for 2026-10; the key itself where the duty has changed since."""
    if not key or duty.frequency is Frequency.CHANGE or not key[:4].isdecimal():
        return key
    year = int(key[:4])
    found = {p.key: p.label for p in periods(duty, date(year - 1, 12, 1), date(year + 1, 3, 1))}
    return found.get(key, key)


def taken_intro(taken: Mapping[str, Sequence[str]]) -> str:
    """What a draft will hold of the register, in one sentence."""
    if not taken:
        return ""
    parts = "、".join(f"{TOPICS.get(topic, topic)} {len(lines)} 项" for topic, lines in taken.items())
    return f"保存时自动从服务登记取数：{parts}。"


def content(version: DisclosureVersion) -> dict[str, Any]:
    """What citizens see of a version."""
    duty = duty_named(version.item.duty)
    return {
        "id": version.id,
        "number": version.number,
        "title": version.title,
        "period": period_words(duty, version.period),
        "paragraphs": [line for line in version.body.splitlines() if line.strip()],
        "taken": [
            {"name": TOPICS.get(topic, topic), "lines": lines}
            for topic, lines in (version.taken or {}).items()
        ],
        "taken_at": moment_words(version.taken_at) if version.taken_at else "",
        "published_on": date_words(version.published_on) if version.published_on else "",
        "ended_on": date_words(version.ended_on) if version.ended_on else "",
        "sha256": version.content_sha256,
        "url": url_for("disclosure.version", version_id=version.id),
        "files": [_file(row) for row in version.files],
        "proofs": [_proof(row) for row in version.proofs],
    }


def _file(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.name.rpartition(".")[2].upper()[:5] or "文件",
        "size": file_size(row.file.size),
        "hash_tail": row.file.sha256[-8:],
        "url": url_for("disclosure.version_file", disclosure_file_id=row.id),
        "remove_url": url_for("disclosure.remove_version_file", disclosure_file_id=row.id),
    }


def _proof(row: Any) -> dict[str, Any]:
    return {
        "channel": CHANNELS.get(row.channel, row.channel),
        "place": row.place,
        "day": date_words(row.day),
        "name": row.file_name,
        "sha256": row.file.sha256 if row.file else "",
        "url": url_for("disclosure.proof_file", proof_id=row.id) if row.file else "",
    }


def page(version: DisclosureVersion, steps: Sequence[Row], by: User, *, today: date) -> dict[str, Any]:
    """The whole page: next step, facts, content."""
    duty = duty_named(version.item.duty)
    own = by.organization_id == version.organization_id
    clause = clause_for(duty, version.item.organization)
    main, rest = _buttons(version, steps, by)
    return {
        "version": version,
        "title": f"{duty.item}（第{version.number}版）",
        "organization": version.item.organization.name,
        "state": (STATE_NAMES[State(version.state)], STATE_TONES[State(version.state)]),
        "checked": (CHECKED_NAMES[version.checked], CHECKED_TONES[version.checked])
        if version.state == State.PUBLISHED
        else None,
        "clause": clause,
        "next": main,
        "more": rest,
        "waits": _waits(version, by) if own and main is None else "",
        "facts": _facts(version, duty, own),
        "content": content(version),
        "editing": own and version.state == State.DRAFT and any(row.action == "edit" for row in steps),
        "feed": bool(duty.feed),
        "checks": _checks(version),
    }


def _buttons(
    version: DisclosureVersion, steps: Sequence[Row], by: User
) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """(the next step, the other ones)."""
    found = []
    for row in steps:
        endpoint = POSTED.get(row.action) or LINKED.get(row.action)
        blocked = row.action == "approve" and version.drafted_by_id == by.id
        done = row.action == "verify" and version.checked == "deficient"
        again = row.action == "verify" and version.checked == "verified"
        if endpoint is None or blocked or done:
            continue
        label = ("再次核查" if again else "核查") if row.action == "verify" else ACTION_NAMES[row.action]
        url = url_for(endpoint, version_id=version.id)
        found.append(
            {
                "label": label,
                "url": url,
                "post": row.action in POSTED,
                "main": row.main and not again,
                "title": NEXT.get(row.action, ""),
                "danger": row.action == "withdraw",
            }
        )
    main = found[0] if found and found[0]["main"] else None
    return main, [one for one in found if one is not main]


def _waits(version: DisclosureVersion, by: User) -> str:
    if version.state == State.SUBMITTED:
        mine = version.drafted_by_id == by.id
        return "等待审核。起草的人不能审核自己起草的内容。" if mine else "等待有审核职责的人员审核。"
    return "等待信息公开员公开并登记。" if version.state == State.APPROVED else ""


def _facts(version: DisclosureVersion, duty: Duty, own: bool) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": "企业", "value": version.item.organization.name},
        {"label": "公开事项", "value": duty.item},
        {"label": "公开时限", "value": duty.limit_words},
        {"label": "公开日期", "value": date_words(version.published_on) if version.published_on else ""},
    ]
    if version.period:
        rows.append({"label": "期次", "value": period_words(duty, version.period)})
    if version.ended_on:
        rows.append({"label": "停止公开", "value": date_words(version.ended_on)})
    if own:
        rows.append(
            {"label": "起草", "value": f"{version.drafted_by.name}　{moment_words(version.drafted_at)}"}
        )
    if own and version.approved_by and version.approved_at:
        rows.append(
            {"label": "审核", "value": f"{version.approved_by.name}　{moment_words(version.approved_at)}"}
        )
    if version.withdrawn_reason:
        rows.append({"label": "撤下的理由", "value": version.withdrawn_reason, "wide": True})
    return rows


def _checks(version: DisclosureVersion) -> list[dict[str, Any]]:
    return [
        {
            "at": moment_words(row.at),
            "title": "核实，没有缺陷" if row.result == "verified" else "有缺陷",
            "tone": "done" if row.result == "verified" else "danger",
            "who": row.by.organization.name if row.by.organization else "",
            "points": row.points,
            "text": row.remark,
        }
        for row in reversed(version.checks)
    ]
