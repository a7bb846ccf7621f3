"""Verifiable draws of targets and inspectors (F5.3, F6.1): published, then drawn, recomputed by anybody.

The frame, its digest, the commitment (sha256 of a nonce kept back) and the quotas are published together; a
value that nobody knew then gives the seed; tickets and ranks follow from `domain.sampling`. Nothing but
sha256 and sorting is needed to check it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from domain.draw_checks import (
    Verification,
    commitment,
    excluded,
    groups_of,
    inspectors_digest,
    lots_of,
    opened,
    published,
    sizes_of,
    teams,
    ticket_lines,
    verify,
    witness_commitment,
    witnesses_entropy,
)
from domain.draw_records import (
    Draw,
    Ranking,
    Replacement,
    Source,
    SourceKind,
    Voided,
    Witness,
    from_json,
    to_json,
)
from domain.errors import InvalidInput
from domain.sampling import INSPECTORS, frozen, frozen_digest, plain, seed_of, ticket_text

__all__ = [
    "Draw",
    "Ranking",
    "Replacement",
    "Source",
    "SourceKind",
    "Verification",
    "Voided",
    "Witness",
    "commitment",
    "freeze",
    "from_json",
    "inspectors_digest",
    "open_witness",
    "run",
    "shell_line",
    "substitute",
    "team_up",
    "to_json",
    "verify",
    "void",
    "witness_commitment",
    "witnesses_entropy",
]


# ---- making a draw ---------------------------------------------------------------------------------------


def freeze(
    number: str,
    purpose: str,
    lines: Iterable[str],
    quotas: Mapping[str, int],
    commit: str,
    source: Source,
    published_at: str,
    *,
    inspectors: Iterable[str] = (),
    exclusions: Mapping[str, str] | None = None,
    witnesses: Sequence[Witness] = (),
) -> Draw:
    """The draw as it is published before: everything but the nonce and the entropy. `quotas`: how many of
    each stratum (those left out: none)."""
    frame = tuple(frozen(lines))
    sizes = sizes_of(frame)
    if odd := sorted(quotas.keys() - sizes.keys()):
        raise InvalidInput(f"名单里没有分组“{odd[0][:40]}”。")
    pool = tuple(sorted(inspectors))
    draw = Draw(
        number=plain(number, "抽取编号"),
        purpose=purpose,
        frame=frame,
        frame_digest=frozen_digest(frame),
        commit=commit,
        entropy_source=source,
        published_at=published_at,
        strata=tuple(Ranking(name, sizes[name], quotas.get(name, 0)) for name in sorted(sizes)),
        inspectors=pool,
        inspectors_digest=inspectors_digest(pool) if pool else "",
        exclusions=dict(exclusions or {}),
        witnesses=tuple(witnesses),
    )
    _refuse(published(draw))
    return draw


def open_witness(draw: Draw, name: str, number: str, nonce: str, opened_at: str) -> Draw:
    """The witness opens the number; refused where it is not what was committed."""
    found = next((w for w in draw.witnesses if w.name == name), None)
    if found is None:
        raise InvalidInput(f"没有见证人“{name[:40]}”。")
    if witness_commitment(number, nonce) != found.commit:
        raise InvalidInput(f"见证人“{name}”的数与事先提交的承诺值不符。")
    opened = replace(found, number=number, nonce=nonce, opened_at=opened_at)
    return replace(draw, witnesses=tuple(opened if w is found else w for w in draw.witnesses))


def run(draw: Draw, nonce: str, entropy: str, drawn_at: str, reserves: int | None = None) -> Draw:
    """The draw done: seed, tickets, taken, reserves (so many in each stratum; None: all the rest). `entropy`
    is left empty where the witnesses' numbers give it."""
    if draw.is_drawn or draw.void:
        raise InvalidInput("这次抽取已经进行过或者已经作废。")
    if draw.entropy_source.kind == SourceKind.WITNESSES:
        entropy = witnesses_entropy(w.number for w in draw.witnesses)
    seed = seed_of(draw.commit, nonce, entropy, draw.frame_digest)
    done = replace(draw, nonce=nonce, entropy=entropy, seed=seed, drawn_at=drawn_at)
    groups = groups_of(draw.frame)
    strata = tuple(_rank(done, s, groups[s.name], reserves) for s in draw.strata)
    done = replace(done, strata=strata)
    _refuse(opened(done))
    return done


def team_up(draw: Draw, target: str, quota: int, recusals: Mapping[str, str] | None = None) -> Draw:
    """The inspectors for a drawn target: `quota` of the pool by rank, those left out who have to keep away
    (`recusals`: inspector -> reason)."""
    name = f"{INSPECTORS}|{plain(target, '检查对象编号')}"
    if not draw.is_drawn or any(team.name == name for team in draw.teams):
        raise InvalidInput("还没有抽取检查对象，或者这个检查对象已经抽取过检查人员。")
    kept_away = {f"{name}|{id}": reason for id, reason in (recusals or {}).items()}
    grown = replace(draw, exclusions={**draw.exclusions, **kept_away})
    team = _rank(grown, Ranking(name, len(draw.inspectors), quota), draw.inspectors, None)
    found = replace(grown, teams=tuple(sorted((*draw.teams, team), key=lambda t: t.name)))
    _refuse(excluded(found), teams(found, complete=False))
    return found


def substitute(draw: Draw, name: str, id: str, reason: str) -> Draw:
    """`id` of a stratum or team is given up for `reason`; the next in rank takes its place."""
    old = draw.ranking(name)
    if not reason.strip():
        raise InvalidInput("替换须写明理由。")
    if id not in old.current:
        raise InvalidInput(f"“{id[:40]}”现在没有被抽中。")
    if len(old.replaced) >= len(old.reserves):
        raise InvalidInput("没有候补可以递补。")
    by = old.reserves[len(old.replaced)]
    new = replace(old, replaced=(*old.replaced, Replacement(id, by, reason)))
    return replace(
        draw,
        strata=tuple(new if s is old else s for s in draw.strata),
        teams=tuple(new if t is old else t for t in draw.teams),
    )


def void(draw: Draw, reason: str, at: str) -> Draw:
    """The draw declared void; it keeps everything that it holds."""
    if not reason.strip():
        raise InvalidInput("作废须写明理由。")
    return replace(draw, void=Voided(reason, at))


def _rank(draw: Draw, ranking: Ranking, ids: Iterable[str], reserves: int | None) -> Ranking:
    found = lots_of(draw, ranking, ids, None if reserves is None else ranking.quota + reserves)
    if len(found) < ranking.quota:
        raise InvalidInput(f"“{ranking.name}”只有{len(found)}个可抽，不够{ranking.quota}个。")
    names, lines = tuple(id for _, id in found), tuple(ticket_lines(ranking, found))
    cut = ranking.quota
    return replace(ranking, tickets=lines, taken=names[:cut], reserves=names[cut:])


def _refuse(*checks: Iterator[str]) -> None:
    for check in checks:
        for difference in check:
            raise InvalidInput(f"{difference}。")


def shell_line(draw: Draw, stratum: str, id: str) -> str:
    """What anybody can type to get the ticket of `id`: one line for a shell."""
    if f"{stratum}|{id}" not in draw.frame and not (
        stratum.startswith(f"{INSPECTORS}|") and id in draw.inspectors
    ):
        raise InvalidInput(f"名单里没有“{stratum[:40]}|{id[:40]}”。")
    text = ticket_text(draw.seed, draw.number, stratum, id).replace("'", "'\\''")
    return f"printf %s '{text}' | sha256sum"
