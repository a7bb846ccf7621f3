"""What all forms of the steps share: prefilled from the desk, laid out by data, stale versions noticed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self, TypeAlias

from flask import request
from wtforms import BooleanField, HiddenField, TextAreaField

from blueprints.accounts.models import User
from blueprints.complaints import facts
from blueprints.complaints.forms.fields import RELEASED, RELEASED_HELP, UploadsField, ways
from blueprints.complaints.models import Assignment, Case, CaseStep
from blueprints.complaints.parties import step_visible
from blueprints.complaints.service.attaching import keeps_back
from blueprints.complaints.service.progress import prepared_text
from blueprints.complaints.views.people import people_hidden, unnamed, without_names
from core.forms import BaseForm
from domain.rulesets import Ruleset

FILES = "files"
OURS = frozenset({"version", "seen", "files", "released", "wordings", "submission_key", "csrf_token"})


@dataclass(frozen=True)
class Desk:
    """Somebody about to take a step: the case, the person, the ruleset of the case, the moment."""

    case: Case
    by: User
    ruleset: Ruleset
    now: datetime

    @property
    def regulator(self) -> bool:
        """Whether a regulator's person sits here."""
        return self.by.organization is not None and self.by.organization.is_regulator

    @property
    def own_assignments(self) -> list[Assignment]:
        """Open assignments of the person's organization; of the own department, where there are such."""
        mine = [a for a in self.case.open_assignments if a.organization_id == self.by.organization_id]
        near = [a for a in mine if self.by.department_id and a.department_id == self.by.department_id]
        return near or mine

    def last(self, *actions: str) -> CaseStep | None:
        """The newest step of these since the case was last reopened."""
        since = facts.steps_since(self.case, facts.REOPENING)
        since = [s for s in since if step_visible(s, self.case, self.by)]
        return next((s for s in reversed(since) if s.action in actions), None)

    def recorded(self, name: str, *actions: str) -> str:
        """What the newest of these steps recorded under `name`."""
        step = self.last(*actions)
        return self.prepared_words(str(step.facts.get(name) or "")) if step else ""

    def prepared(self, template: str, **given: str) -> str:
        """A notice filled with what the system knows, but for the name."""
        return unnamed(prepared_text(self.case, self.ruleset, template, **given), self.case)

    def prepared_words(self, text: str) -> str:
        """`text` as whoever sits here may read it."""
        return without_names(text, self.case, self.by)


@dataclass(frozen=True)
class Spot:
    """Where a field stands: columns of 12, lines of a textarea, the guard whose clause stands beside it."""

    name: str
    span: int = 12
    rows: int = 4
    guard: str = ""
    unit: str | None = None
    group: str = ""


Spots: TypeAlias = tuple[Spot, ...]


class ActionForm(BaseForm):
    """A form of one step. Field names are the keys that the service reads; `spots` is its layout."""

    version = HiddenField()
    seen = HiddenField()
    files = UploadsField()
    released = BooleanField(RELEASED, description=RELEASED_HELP)

    spots: ClassVar[Spots] = ()
    intro: ClassVar[str] = ""
    takes_files: ClassVar[bool] = True
    suggestions: list[tuple[str, str]]

    @classmethod
    def at(cls, desk: Desk) -> Self:
        """The form as sent, or filled with everything that the system knows."""
        known = {} if request.method == "POST" else cls.known(desk) | _stamp(desk.case)
        form = cls(data=known, id_prefix="do-")
        form.suggestions = []
        if not (cls.takes_files and keeps_back(desk.case, desk.by)):
            del form.released
        form.arrange(desk)
        return form

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        """Values to begin with."""
        return {}

    def arrange(self, desk: Desk) -> None:
        """Set the choices; remove fields that mean nothing here."""

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {f.name: f.data for f in self if f.name not in OURS}

    @property
    def only_asks(self) -> bool:
        """Whether something was asked for beside the text, not the step."""
        return False

    def stale(self, case: Case) -> bool:
        """Whether the case has changed since the form was opened."""
        return bool(self.version.data != str(case.version))

    def restamp(self, case: Case) -> None:
        """Let the form be sent again against the case as it is now."""
        for name, value in _stamp(case).items():
            self[name].data = value

    def seen_step(self) -> int:
        """Id of the newest step that was there when the form was opened."""
        text = self.seen.data or ""
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def laid_out(self, ruleset: Ruleset) -> list[dict[str, Any]]:
        """Groups of fields in order: {"legend", "spots": [{"field", "span", "rows", "clause", "unit"}]}."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for spot in (*self.spots, Spot("files", group=FILES), Spot("released", group=FILES)):
            if spot.name not in self or (spot.name == "files" and not self.takes_files):
                continue
            guard = ruleset.guard(spot.guard) if spot.guard else None
            groups.setdefault(spot.group, []).append(
                {
                    "field": self[spot.name], "span": spot.span, "rows": spot.rows, "unit": spot.unit,
                    "clause": guard.clause if guard else None,
                }
            )  # fmt: skip
        named = {FILES: ""}
        return [{"legend": named.get(g, g), "spots": spots} for g, spots in groups.items()]


def _stamp(case: Case) -> dict[str, str]:
    return {"version": str(case.version), "seen": str(case.steps[-1].id if case.steps else 0)}


TELLING = "同时告知诉求人进展"
NOTICE_SPOTS = (Spot("notice_way", span=4, group=TELLING), Spot("notice_text", span=8, rows=3, group=TELLING))


class NoticeForm(ActionForm):
    """A step with which the person can be told how things stand (Q1.3)."""

    notice_template: ClassVar[str] = ""
    notice_way = ways("告知方式", blank="这一步不告知")
    notice_text = TextAreaField("告知内容", description="选了告知方式才会记录。")

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"notice_text": desk.prepared(cls.notice_template)}

    def arrange(self, desk: Desk) -> None:
        if not facts.reachable(desk.case) or people_hidden(desk.case, desk.by) is not None:
            del self.notice_way, self.notice_text
