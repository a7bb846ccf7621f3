"""Conditions of the steps of a notice: pure functions that answer None, or why the step is refused.

A refusal that names a field belongs to what was filled in (InvalidInput); one without belongs to the notice
or the person (RuleViolation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.errors import InvalidInput, RuleViolation

SHORTEST_REMARK = 5


class Method(StrEnum):
    """Ways of service (送达方式)."""

    DIRECT = "direct"
    REFUSED_LEFT = "refused_left"
    POST = "post"
    ELECTRONIC = "electronic"
    PUBLIC_NOTICE = "public_notice"


METHOD_NAMES: dict[str, str] = {
    Method.DIRECT: "直接送达",
    Method.REFUSED_LEFT: "留置送达",
    Method.POST: "邮寄送达",
    Method.ELECTRONIC: "电子送达",
    Method.PUBLIC_NOTICE: "公告送达",
}


ON_PAPER: frozenset[str] = frozenset({Method.DIRECT, Method.REFUSED_LEFT, Method.POST})


@dataclass(frozen=True)
class Attempt:
    """Somebody trying a step: who wrote and reviewed, what still lacks, what was filled in; `uncitable`: why
    the basis may not be cited, and the next step."""

    person: int
    writers: frozenset[int] = frozenset()
    reviewer: int | None = None
    lacking: str = ""
    uncitable: tuple[str, str | None] | None = None
    unsigned: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """What was filled in, trimmed."""
        return str(self.data.get(name) or "").strip()


@dataclass(frozen=True)
class Refusal:
    """Why a step is refused, the field it belongs to, and how to go on."""

    message: str
    field: str | None = None
    next_step: str | None = None

    def error(self) -> InvalidInput | RuleViolation:
        """As the exception that the page shows in its place."""
        if self.field:
            return InvalidInput(self.message, self.field)
        return RuleViolation(self.message, None, self.next_step)


Guard = Callable[[Attempt], Refusal | None]
GUARDS: dict[str, Guard] = {}
STANDING: set[str] = set()


def guard(function: Guard) -> Guard:
    """A condition on what is filled in; known under the function's name."""
    GUARDS[function.__name__] = function
    return function


def standing(function: Guard) -> Guard:
    """A condition on the notice and the person alone, so that a page can say beforehand why not."""
    STANDING.add(function.__name__)
    return guard(function)


@standing
def not_own_draft(a: Attempt) -> Refusal | None:
    """Nobody approves what he wrote himself."""
    if a.person not in a.writers:
        return None
    why = "这份文书是您拟的稿，不能由您自己核稿、审核或者签发。"
    return Refusal(why, None, "请由本单位另一位有权限的人员办理。")


@standing
def not_reviewer(a: Attempt) -> Refusal | None:
    """Legal review is a second pair of eyes."""
    if a.person != a.reviewer:
        return None
    return Refusal("您已经核过这份稿，法制审核要由另一位人员办理。")


@standing
def own_draft(a: Attempt) -> Refusal | None:
    """Only who wrote takes a draft back."""
    return None if a.person in a.writers else Refusal("只有拟稿人可以取回；您有意见的，请退回修改。")


@standing
def content_complete(a: Attempt) -> Refusal | None:
    """Everything the kind asks for is there and can be printed."""
    return Refusal(a.lacking, None, "请先修改文书内容。") if a.lacking else None


@standing
def basis_in_force(a: Attempt) -> Refusal | None:
    """What the notice rests on is in force today."""
    return Refusal(a.uncitable[0], None, a.uncitable[1]) if a.uncitable else None


@standing
def receipts_in(a: Attempt) -> Refusal | None:
    """What was served electronically has been signed for."""
    if not a.unsigned:
        return None
    who = "、".join(a.unsigned[:3])
    return Refusal(f"{who}还没有电子签收。", None, "请等对方签收，或者上传送达回证扫描件后再归档。")


@standing
def answers_in(a: Attempt) -> Refusal | None:
    """Answers that are owed have been recorded."""
    if not a.unanswered:
        return None
    return Refusal(f"{'、'.join(a.unanswered[:3])}还没有按期限回复。", None, "请登记回复后再归档。")


@guard
def remark_given(a: Attempt) -> Refusal | None:
    """Sending back, discarding and voiding say why."""
    if len(a.text("remark")) >= SHORTEST_REMARK:
        return None
    return Refusal(f"请写明意见或者理由（不少于 {SHORTEST_REMARK} 个字）。", "remark")


@guard
def service_proved(a: Attempt) -> Refusal | None:
    """Each way of service has its own proof (送达回证)."""
    method = a.text("method")
    if method not in METHOD_NAMES:
        return Refusal("请选择送达方式。", "method")
    return PROOFS[Method(method)](a)


def _direct(a: Attempt) -> Refusal | None:
    if not a.text("receiver"):
        return Refusal("直接送达要写明收件人。", "receiver")
    if not a.data.get("receipt"):
        return Refusal("直接送达要上传收件人签名的送达回证（扫描件或者照片）。", "receipt")
    return None


def _refused(a: Attempt) -> Refusal | None:
    if not a.text("witness"):
        return Refusal("拒收后留置送达要写明见证人（基层组织或者所在单位的代表）。", "witness")
    if not a.data.get("receipt"):
        return Refusal("留置送达要上传见证人签名的送达回证，或者记录送达过程的照片。", "receipt")
    return None


def _post(a: Attempt) -> Refusal | None:
    if not a.text("tracking"):
        return Refusal("邮寄送达要写明邮件编号。", "tracking")
    return None


def _electronic(a: Attempt) -> Refusal | None:
    if not a.data.get("consent"):
        return Refusal("没有受送达人的同意，不能电子送达。请先取得同意并勾选，或者改用别的方式。", "consent")
    if not a.text("consent_note"):
        return Refusal("请写明何时、以什么方式同意电子送达。", "consent_note")
    return None


def _public(a: Attempt) -> Refusal | None:
    if not a.text("place"):
        return Refusal("公告送达要写明公告登在哪里。", "place")
    if not a.data.get("receipt"):
        return Refusal("公告送达要上传公告的截图或者报样。", "receipt")
    return None


PROOFS: dict[Method, Guard] = {
    Method.DIRECT: _direct,
    Method.REFUSED_LEFT: _refused,
    Method.POST: _post,
    Method.ELECTRONIC: _electronic,
    Method.PUBLIC_NOTICE: _public,
}


def first_refusal(names: tuple[str, ...], attempt: Attempt, *, only_standing: bool = False) -> Refusal | None:
    """The first guard that refuses."""
    for name in names:
        if only_standing and name not in STANDING:
            continue
        if refused := GUARDS[name](attempt):
            return refused
    return None
