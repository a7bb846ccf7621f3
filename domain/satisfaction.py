"""How satisfied people were when they were called back: who counts, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.rates import Count, percent_text


class Heard(StrEnum):
    """What a case is to satisfaction: an answer that counts, or the reason why there is none."""

    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    ANONYMOUS = "anonymous"
    NO_MORE = "no_more"
    INCIDENT = "incident"
    ENDED = "ended"
    UNREACHABLE = "unreachable"
    UNHEARD = "unheard"


ANSWERS = (Heard.SATISFIED, Heard.FAIR, Heard.DISSATISFIED)
CONTENT = (Heard.SATISFIED, Heard.FAIR)
LEFT_OUT = tuple(kind for kind in Heard if kind not in ANSWERS)


@dataclass(frozen=True)
class Satisfaction:
    """Answers and reasons over some cases, by kind."""

    counts: Mapping[str, int]

    def of(self, kind: str) -> int:
        """How many cases are of this kind."""
        return self.counts.get(kind, 0)

    @property
    def counted(self) -> int:
        """People who answered."""
        return sum(self.of(kind) for kind in ANSWERS)

    @property
    def left_out(self) -> int:
        """Cases without an answer, for whatever reason."""
        return sum(self.of(kind) for kind in LEFT_OUT)

    @property
    def text(self) -> str:
        """Satisfied and fair of those who answered, in percent; — of nobody."""
        return percent_text(sum(self.of(kind) for kind in CONTENT), self.counted)


def satisfaction_of(counts: Iterable[Count]) -> Satisfaction:
    """Satisfaction over all these cases."""
    found: dict[str, int] = {}
    for count in counts:
        found[count.heard] = found.get(count.heard, 0) + count.number
    return Satisfaction(found)
