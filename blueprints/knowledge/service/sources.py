"""What the features above know about the matters in which wordings are used; each registers its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from blueprints.accounts.models import User


@dataclass(frozen=True)
class Source:
    """A kind of subject. `satisfaction` of the matters in which these versions were used: (satisfied, asked);
    `link`: words and address of one of them, None for somebody who may not see it."""

    type: str
    satisfaction: Callable[[Sequence[int]], tuple[int, int]]
    link: Callable[[int, User], tuple[str, str] | None]


SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """Make a kind of subject known; once for all applications of a process."""
    SOURCES[source.type] = source


def satisfaction_of(version_ids: Sequence[int]) -> tuple[int, int]:
    """(satisfied, asked) over all kinds of subjects."""
    pairs = [source.satisfaction(version_ids) for source in SOURCES.values()]
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def link_to(subject_type: str, subject_id: int | None, by: User) -> tuple[str, str] | None:
    """Words and address of what a wording was proposed from, where this person may see it."""
    source = SOURCES.get(subject_type)
    return source.link(subject_id, by) if source is not None and subject_id is not None else None
