"""Recomputing a draw: each check names in Chinese what differs, in the order in which a reader would look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, zip_longest

from domain.draw_records import Draw, Ranking, SourceKind, Witness, from_data, from_json
from domain.errors import InvalidInput
from domain.sampling import INSPECTORS, frame_digest, frozen_digest, line_parts, lots, plain, seed_of, sha256

SHOWN = 60

# ---- how each value is made ------------------------------------------------------------------------------


def commitment(nonce: str) -> str:
    """What is published of the nonce beforehand: its sha256."""
    return sha256(plain(nonce, "随机数"))


def witness_commitment(number: str, nonce: str) -> str:
    """What a witness hands in beforehand: the sha256 of `number|nonce`; the number is 1 to 20 digits."""
    if not (number.isascii() and number.isdigit() and len(number) <= 20):
        raise InvalidInput("见证人的数须是1到20位数字。")
    return sha256(f"{number}|{plain(nonce, '见证人的随机数')}")


def witnesses_entropy(numbers: Iterable[str]) -> str:
    """The entropy that the witnesses' numbers give, in the order in which the witnesses are listed."""
    return f"W:{'+'.join(numbers)}"


def inspectors_digest(ids: Iterable[str]) -> str:
    """Digest of the inspectors' pool: that of a frame with the lines `INSP|id`."""
    return frame_digest(f"{INSPECTORS}|{plain(id, '检查人员编号')}" for id in ids)


def groups_of(frame: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in frame:
        stratum, id = line_parts(line)
        found.setdefault(stratum, []).append(id)
    return found


def sizes_of(frame: Iterable[str]) -> dict[str, int]:
    """How many lines each stratum has."""
    found: dict[str, int] = {}
    for line in frame:
        stratum = line_parts(line)[0]
        found[stratum] = found.get(stratum, 0) + 1
    return found


def lots_of(done: Draw, ranking: Ranking, ids: Iterable[str], listed: int | None) -> list[tuple[bytes, str]]:
    """(ticket, id) in rank order of all who are not excluded; `listed`: so many of them."""
    if done.exclusions:
        ids = (id for id in ids if f"{ranking.name}|{id}" not in done.exclusions)
    return lots(done.seed, done.number, ranking.name, ids, listed)


def ticket_lines(ranking: Ranking, found: Iterable[tuple[bytes, str]]) -> Iterator[str]:
    """The lines `name|id|ticket`."""
    return (f"{ranking.name}|{id}|{lot.hex()}" for lot, id in found)


# ---- the checks ------------------------------------------------------------------------------------------


def _moment(text: str, what: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInput(f"{what}“{text[:SHOWN]}”不是带时区的时间")
    return found


def _differs(what: str, expected: str, found: str) -> Iterator[str]:
    if expected != found:
        yield f"{what}应为{expected[:SHOWN] or '空'}，文件中是{found[:SHOWN] or '空'}"


def published(done: Draw) -> Iterator[str]:
    """What was fixed beforehand: frame, digest, quotas, pool of inspectors, exclusions, commitments."""
    plain(done.number, "抽取编号")
    if not done.purpose.strip():
        yield "没有写明抽取的目的"
    yield from _frame(done)
    expected = sizes_of(done.frame)
    if [s.name for s in done.strata] != sorted(expected):
        yield "各组的名称或次序与名单不一致"
    for stratum in done.strata:
        size = expected[stratum.name]
        yield from _differs(f"分组“{stratum.name}”的数量", str(size), str(stratum.size))
        if not 0 <= stratum.quota <= size:
            yield f"分组“{stratum.name}”抽取{stratum.quota}个，但只有{size}个"
    if len(done.commit) != 64 or set(done.commit) - set("0123456789abcdef"):
        yield "承诺值不是64位十六进制数"
    yield from _pool(done)
    yield from excluded(done)
    if not done.entropy_source.name.strip():
        yield "没有写明公开随机值的来源"
    yield from _witnesses(done.witnesses)
    _moment(done.published_at, "公布时间")


def _frame(done: Draw) -> Iterator[str]:
    for number, line in enumerate(done.frame, 1):
        try:
            line_parts(line)
        except InvalidInput as odd:
            yield f"名单第{number}行：{odd.message.rstrip('。')}"
    for number, (one, other) in enumerate(pairwise(done.frame), 2):
        if one >= other:
            what = "与上一行重复" if one == other else "的位置不对（须按字节从小到大排列）"
            yield f"名单第{number}行“{other[:SHOWN]}”{what}"
    yield from _differs("名单摘要", frozen_digest(done.frame), done.frame_digest)


def _pool(done: Draw) -> Iterator[str]:
    if list(done.inspectors) != sorted(set(done.inspectors)):
        yield "检查人员名单有重复或次序不对"
    digest = inspectors_digest(done.inspectors) if done.inspectors else ""
    yield from _differs("检查人员名单摘要", digest, done.inspectors_digest)


def excluded(done: Draw) -> Iterator[str]:
    """Every exclusion names somebody of the frame or the pool, and its reason."""
    if not done.exclusions:
        return
    lines, pool = set(done.frame), set(done.inspectors)
    targets = {line_parts(line)[1] for line in done.frame} if pool else set()
    for key, reason in sorted(done.exclusions.items()):
        parts = key.split("|")
        of_team = len(parts) == 3 and parts[0] == INSPECTORS and parts[1] in targets and parts[2] in pool
        if key not in lines and not of_team:
            yield f"排除的“{key[:SHOWN]}”不在名单中"
        if not reason.strip():
            yield f"排除“{key[:SHOWN]}”没有写明理由"


def _witnesses(witnesses: Sequence[Witness]) -> Iterator[str]:
    if len({w.name for w in witnesses}) != len(witnesses):
        yield "见证人重复"
    for witness in witnesses:
        if witness.number and witness_commitment(witness.number, witness.nonce) != witness.commit:
            yield f"见证人“{witness.name}”的数与事先提交的承诺值不符"
    opened = [_moment(w.opened_at, "见证人开启时间") for w in witnesses if w.opened_at]
    committed = [_moment(w.committed_at, "见证人提交时间") for w in witnesses]
    if opened and max(committed) >= min(opened):
        yield "有见证人在别人的数开启之后才提交承诺值"


def opened(done: Draw) -> Iterator[str]:
    """Nonce, entropy and seed."""
    if not done.is_drawn:
        yield "抽取还没有进行：随机数没有公布"
    yield from _differs("随机数的承诺值", commitment(done.nonce), done.commit)
    if done.entropy_source.kind == SourceKind.WITNESSES and len(done.witnesses) < 2:
        yield "以见证人的数为随机值，须有两名以上见证人"
    for witness in done.witnesses:
        if not (witness.number and witness.opened_at):
            yield f"见证人“{witness.name}”的数没有开启"
    if done.entropy_source.kind == SourceKind.WITNESSES:
        entropy = witnesses_entropy(w.number for w in done.witnesses)
        yield from _differs("由见证人的数得出的随机值", entropy, done.entropy)
    seed = seed_of(done.commit, done.nonce, done.entropy, done.frame_digest)
    yield from _differs("种子", seed, done.seed)
    at = _moment(done.drawn_at, "抽取时间")
    if _moment(done.published_at, "公布时间") >= at:
        yield "名单摘要和承诺值不是在抽取之前公布的"
    if any(_moment(w.opened_at, "见证人开启时间") > at for w in done.witnesses):
        yield "有见证人的数在抽取之后才开启"


def strata(done: Draw) -> Iterator[str]:
    """Tickets, ranks, taken, reserves and replacements of each stratum."""
    groups = groups_of(done.frame)
    for stratum in done.strata:
        yield from _ranking(done, stratum, groups.pop(stratum.name), f"分组“{stratum.name}”")


def teams(done: Draw, complete: bool = True) -> Iterator[str]:
    """The same for the inspectors of each drawn target; `complete`: no drawn target may be without."""
    drawn = [id for stratum in done.strata for id in (*stratum.taken, *(r.by for r in stratum.replaced))]
    if done.inspectors and len(set(drawn)) != len(drawn):
        yield "抽中的检查对象编号重复，无法分别抽取检查人员"
    names = [team.name for team in done.teams]
    if names != sorted(set(names)):
        yield "检查人员各组有重复或次序不对"
    for team in done.teams:
        if team.target not in drawn:
            yield f"为没有抽中的“{team.name[:SHOWN]}”抽取了检查人员"
        yield from _differs(f"“{team.name}”的检查人员数", str(len(done.inspectors)), str(team.size))
        yield from _ranking(done, team, done.inspectors, f"检查对象“{team.target}”的检查人员")
    if done.inspectors and complete:
        has = {team.target for team in done.teams}
        for id in (id for stratum in done.strata for id in stratum.current if id not in has):
            yield f"检查对象“{id[:SHOWN]}”没有抽取检查人员"


def _ranking(done: Draw, ranking: Ranking, ids: Iterable[str], what: str) -> Iterator[str]:
    listed = len(ranking.taken) + len(ranking.reserves)
    expected = lots_of(done, ranking, ids, listed)
    lines = zip_longest(ticket_lines(ranking, expected), ranking.tickets, fillvalue="（无）")
    for rank, (right, found) in enumerate(lines, 1):
        if right != found:
            yield f"{what}第{rank}名的票应为{right}，文件中是{found[:200]}"
    names = [id for _, id in expected]
    taken = names[: ranking.quota]
    if list(ranking.taken) != taken or len(taken) != ranking.quota:
        yield f"{what}抽中的应为{'、'.join(taken) or '无'}，文件中是{'、'.join(ranking.taken) or '无'}"
    if list(ranking.reserves) != names[ranking.quota :]:
        yield f"{what}的候补不是按名次排列的"
    yield from _replaced(ranking, what)


def _replaced(ranking: Ranking, what: str) -> Iterator[str]:
    now = list(ranking.taken)
    if len(ranking.replaced) > len(ranking.reserves):
        yield f"{what}的替换多于候补"
    for change, by in zip(ranking.replaced, ranking.reserves, strict=False):
        if change.id not in now:
            yield f"{what}替换的“{change.id[:SHOWN]}”当时没有被抽中"
        yield from _differs(f"{what}递补的", by, change.by)
        if not change.reason.strip():
            yield f"{what}替换“{change.id[:SHOWN]}”没有写明理由"
        now = [change.by if id == change.id else id for id in now]


# ---- all of them -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verification:
    """Whether everything in an export follows from its frame, nonce and entropy; else what differs first."""

    holds: bool
    first_difference: str | None

    def as_json(self) -> dict[str, object]:
        """As `draws verify --json` says it."""
        return {"holds": self.holds, "first_difference": self.first_difference}


def verify(data: Draw | Mapping[str, object] | str | bytes) -> Verification:
    """Recomputes an exported draw. InvalidInput where `data` is no export at all."""
    if isinstance(data, str | bytes):
        done = from_json(data)
    else:
        done = data if isinstance(data, Draw) else from_data(data)
    for difference in _differences(done):
        return Verification(False, difference.encode(errors="replace").decode())
    return Verification(True, None)


def _differences(done: Draw) -> Iterator[str]:
    try:
        yield from published(done)
        if done.seed or done.nonce or done.drawn_at or done.teams or not done.void:
            yield from opened(done)
            yield from strata(done)
            yield from teams(done)
        if done.void and not (done.void.reason.strip() and _moment(done.void.at, "作废时间")):
            yield "作废没有写明理由或时间"
    except InvalidInput as odd:
        yield odd.message.rstrip("。")
