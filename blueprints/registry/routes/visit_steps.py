"""The steps of a visit, each a form of its own (F3.2.4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, url_for

from blueprints.registry.forms.visits import (
    AbsentForm,
    CancelForm,
    EndForm,
    MissedForm,
    MomentForm,
    MoveForm,
    PeopleForm,
    RatingForm,
    chosen_people,
    slot_data,
    team_of,
)
from blueprints.registry.models import Visit
from blueprints.registry.queries import staff as staff_queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import me, own_or_404
from blueprints.registry.routes.visits import VISIT, crumbs, offered
from blueprints.registry.service import visit_steps as steps
from blueprints.registry.service import visits as service
from core import clock
from core.authz import Permission, requires
from core.forms import BaseForm, the
from core.screens import form_screen, submitted
from core.submissions import once
from domain.errors import RuleViolation

KEPT = "F3.2.4"
CONSENT = ("consent_at", "consent_how")


def _flow(
    found: Visit, title: str, form: BaseForm, groups: Sequence[Any], act: Callable[[], object], done: str,
    **rest: Any,
) -> Response:  # fmt: skip
    """A step: its form, and back to the visit once it is stored."""
    back = url_for("registry.visit", visit_id=found.id)

    def screen(*, refusal: RuleViolation | None = None, **shown: Any) -> Response:
        insisting = isinstance(refusal, steps.BreachAhead) or ("insist" in form and form["insist"].data)
        more = [("违约", KEPT, ("insist",))] if insisting else []
        words = f"{found.number}：{service.slot_of(found).words}，{found.purpose}。"
        return form_screen(
            title, groups=[*more, *groups], cancel_url=back, breadcrumb=crumbs(found), refusal=refusal,
            intro=words, **rest, **shown,
        )  # fmt: skip

    def done_with() -> str:
        act()
        return back

    return submitted(form, screen, done_with, done=done)


@blueprint.route(f"{VISIT}/arrive", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_arrive(visit_id: int) -> Response:
    """The staff is there."""
    found, form = own_or_404(Visit, visit_id), MomentForm(data={"at": clock.now()})

    def act() -> None:
        steps.arrive(found, the(form.at.data), by=me(), now=clock.now())

    return _flow(found, "登记到达", form, [("到达", KEPT, ("at",))], act, "已登记到达。")


@blueprint.route(f"{VISIT}/end", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_end(visit_id: int) -> Response:
    """The work is done."""
    found, form = own_or_404(Visit, visit_id), EndForm(data={"at": clock.now()})

    def act() -> None:
        steps.end(found, the(form.at.data), form.outcome.data or "", by=me(), now=clock.now())

    return _flow(found, "结束上门", form, [("结束", "", ("at", "outcome"))], act, "上门已完成。")


@blueprint.route(f"{VISIT}/move", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_move(visit_id: int) -> Response:
    """Another slot: with the user's consent, or as a breach that is said before it is stored."""
    found = own_or_404(Visit, visit_id)
    form = MoveForm(data=slot_data(found))

    def act() -> None:
        insist = bool(form.insist.data)
        steps.move(found, form.slot(), form.wish(), insist=insist, by=me(), now=clock.now())

    groups = [
        ("新的时段", "", ("day", "starts", "ends")),
        ("为什么改", KEPT, ("side", "reason")),
        ("用户同意", KEPT, CONSENT),
    ]
    spans = {"day": 4, "starts": 4, "ends": 4, "consent_at": 6, "consent_how": 6}
    return _flow(found, "改约", form, groups, act, "已改约。", spans=spans)


@blueprint.route(f"{VISIT}/cancel", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_cancel(visit_id: int) -> Response:
    """No visit: with the user's consent, or as a breach that is said before it is stored."""
    found, form = own_or_404(Visit, visit_id), CancelForm()

    def act() -> None:
        steps.cancel(found, form.wish(), insist=bool(form.insist.data), by=me(), now=clock.now())

    groups = [("为什么取消", KEPT, ("side", "reason")), ("用户同意", KEPT, CONSENT)]
    spans = {"consent_at": 6, "consent_how": 6}
    return _flow(found, "取消上门", form, groups, act, "已取消。", spans=spans, submit="取消上门")


@blueprint.route(f"{VISIT}/absent", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_absent(visit_id: int) -> Response:
    """The staff came and nobody was at home."""
    found = own_or_404(Visit, visit_id)
    form = AbsentForm(data={"at": found.arrived_at or clock.now()})

    def act() -> None:
        steps.absent(found, the(form.at.data), form.note.data or "", by=me(), now=clock.now())

    groups = [("用户未在家", KEPT, ("at", "note"))]
    return _flow(found, "登记用户未在家", form, groups, act, "已登记用户未在家。")


@blueprint.route(f"{VISIT}/missed", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_missed(visit_id: int) -> Response:
    """Nobody came: a breach."""
    found, form = own_or_404(Visit, visit_id), MissedForm()

    def act() -> None:
        steps.miss(found, form.reason.data or "", by=me(), now=clock.now())

    groups = [("未上门", KEPT, ("reason",))]
    warning = "企业没有按约上门，保存后记为违约。"
    return _flow(found, "登记未上门", form, groups, act, "已登记未上门，记为违约。", warning=warning)


@blueprint.route(f"{VISIT}/people", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_people(visit_id: int) -> Response:
    """Other people go."""
    found = own_or_404(Visit, visit_id)
    people = staff_queries.at_work(found.organization_id)
    form = PeopleForm(data={"people": [link.staff_id for link in found.staff]})
    shown, _, tabs = offered(people, "registry.visit_people", visit_id=found.id)
    form.offer(shown)

    def act() -> None:
        chosen = chosen_people(form.people.data, people)
        service.reassign(found, chosen, team_of(chosen), by=me(), now=clock.now())

    return _flow(found, "改派人员", form, [("谁去", "F3.2.1", ("people",))], act, "已改派。", tabs=tabs)


@blueprint.route(f"{VISIT}/rate", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def visit_rate(visit_id: int) -> Response:
    """What the user thinks of it."""
    found, form = own_or_404(Visit, visit_id), RatingForm()

    def act() -> None:
        steps.rate(found, form.rating.data, form.rating_note.data or "", by=me(), now=clock.now())

    groups = [("用户评价", "", ("rating", "rating_note"))]
    return _flow(found, "登记用户评价", form, groups, act, "评价已登记。")
