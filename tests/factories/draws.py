"""Draws to recompute: the one of the published vectors, and one with witnesses and inspectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain import draws
from domain.draws import Draw, Source, SourceKind, Witness

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "sampling.json").read_text(encoding="utf-8")
)
PUBLISHED = "2024-09-02T09:00:00+08:00"
OPENED = "2024-09-03T09:30:00+08:00"
DRAWN = "2024-09-03T21:35:00+08:00"
LOTTERY = Source(SourceKind.PUBLIC, "双色球第2024101期开奖号码")
INSPECTORS = tuple(f"P0{n}" for n in range(1, 7))
QUOTAS = {"气": 2, "电": 1, "水": 1}


def vector_draw() -> Draw:
    """The draw of the vectors: three strata, inspectors for each target, P02 kept away from G03."""
    facts = VECTORS["draw_v1"]
    frozen = draws.freeze(
        facts["drawNo"],
        "2024年第三季度供气供电供水服务检查",
        facts["pool_lines_sorted_bytewise_each_with_LF"],
        QUOTAS,
        facts["commit_sha256_of_nonce"],
        LOTTERY,
        PUBLISHED,
        inspectors=INSPECTORS,
    )
    done = draws.run(frozen, facts["nonce"], facts["public_entropy"], DRAWN)
    for target in [id for stratum in done.strata for id in stratum.taken]:
        done = draws.team_up(done, target, 2, {"P02": "回避：曾在该单位任职"} if target == "G03" else None)
    return done


def witnessed_draw() -> Draw:
    """Two witnesses give the entropy; one target excluded, one substituted."""
    numbers = {"示例见证人甲": ("481516", "n1"), "示例见证人乙": ("2342", "n2")}
    witnesses = [
        Witness(name, draws.witness_commitment(*opening), PUBLISHED) for name, opening in numbers.items()
    ]
    lines = [f"{stratum}|{stratum}企{n:02d}" for stratum in ("供气", "供电") for n in range(1, 9)]
    done = draws.freeze(
        "CQFL-2026-01",
        "投诉办理情况抽查",
        lines,
        {"供气": 3, "供电": 2},
        draws.commitment("8c5b3a2910fedcba"),
        Source(SourceKind.WITNESSES, "两名见证人的数"),
        PUBLISHED,
        exclusions={"供电|供电企03": "本年度已经检查过（综合查一次）"},
        witnesses=witnesses,
    )
    for name, opening in numbers.items():
        done = draws.open_witness(done, name, *opening, OPENED)
    done = draws.run(done, "8c5b3a2910fedcba", "", DRAWN)
    return draws.substitute(done, "供气", done.ranking("供气").taken[1], "已经停业")
