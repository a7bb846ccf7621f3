"""The written systems that the rules ask of enterprises (F3.3.3, F3.4.2), and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class System:
    """A written system: `clause` asks for it; with `ruleset` only of enterprises under that ruleset."""

    code: str
    name: str
    clause: str
    ruleset: str = ""


SYSTEMS = (
    System("service", "服务管理制度", "F3.3.3"),
    System("commitment", "服务承诺制度", "F3.3.3"),
    System("complaint", "服务投诉处理制度", "F3.3.3"),
    System("accountability", "服务责任问责制度", "F3.3.3"),
    System("first_receiver", "首问负责制", "F3.4.2"),
    System("time_limit", "限时办结制", "F3.4.2"),
    System("assisted", "帮办代办制", "F3.4.2"),
    System("individual", "个性服务制", "F3.4.2"),
    System("complaint_rules", "用户投诉处理公开制度", "Q0", "qitaihe"),
)
BY_CODE: Mapping[str, System] = {system.code: system for system in SYSTEMS}


@dataclass(frozen=True)
class Version:
    """A version with the days on which it is in force; `repealed` is the first day on which it is not."""

    id: int
    code: str
    number: int
    effective: date
    repealed: date | None = None


def asked_of(ruleset: str) -> tuple[System, ...]:
    """The systems that enterprises under a ruleset must have. The eight of F bind those under it; a company
    under Q has Q itself to publish, and keeps the others as it likes."""
    own = tuple(system for system in SYSTEMS if system.ruleset == ruleset)
    return own or tuple(system for system in SYSTEMS if not system.ruleset)


def in_force(versions: Iterable[Version], code: str, day: date) -> Version | None:
    """The version in force on `day`: the latest that has begun and is not repealed by then."""
    begun = [v for v in versions if v.code == code and v.effective <= day]
    latest = max(begun, key=lambda v: (v.effective, v.number), default=None)
    if latest is None or (latest.repealed is not None and latest.repealed <= day):
        return None
    return latest


def missing(versions: Iterable[Version], ruleset: str, day: date) -> list[System]:
    """The systems that are asked for and have no version in force on `day`."""
    known = list(versions)
    return [system for system in asked_of(ruleset) if in_force(known, system.code, day) is None]
