"""帮办代办 (F3.2.3): only with the user's consent and its scope."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from blueprints.registry.models import AssistedHandling
from core.audit import AuditEntry
from core.db import db
from tests.factories.registry_people import People, assisted_of
from tests.factories.world import World

NEW = {
    "entry_id": "", "scope": "代办过户：代交材料", "user_name": "示例用户丙", "user_phone": "13800004321",
    "consent_how": "签署委托书", "consent_at": "2026-10-12T09:00",
}  # fmt: skip


@pytest.fixture
def people(world: World) -> People:
    return People()


def form(staff_id: int, **changed: Any) -> dict[str, Any]:
    """The form, with a consent on paper."""
    return NEW | {"staff_id": staff_id, "consent_file": (io.BytesIO("同意".encode()), "同意书.txt")} | changed


@pytest.mark.rule("F3.2.3")
def test_with_consent_and_scope_it_is_done(world: World, people: People) -> None:
    staff_id = people.staff()
    client = world.client("rq-handler")
    answer = client.submit("/assisted/new", form(staff_id), content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    page = answer.headers["Location"]
    html = client.get(page).get_data(as_text=True)
    assert "帮办-2026-000001" in html
    assert "签署委托书" in html
    row = db.session.scalars(select(AssistedHandling)).one()
    assert client.get(f"/assisted/{row.id}/consent").get_data(as_text=True) == "同意"
    assert world.client("jxw-clerk").get(f"/assisted/{row.id}/consent").status_code == 404
    told = {"state": "done", "outcome": "已过户"}
    assert client.submit(f"/assisted/{row.id}/end", told).status_code == 303
    assert client.submit(f"/assisted/{row.id}/end", told).status_code == 409
    assert assisted_of(row.id).state == "done"


@pytest.mark.rule("F3.2.3")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"consent_at": ""}, "帮办代办应征得用户同意"), ({"consent_how": ""}, "帮办代办应征得用户同意"),
        ({"scope": ""}, "没有写明代办的范围"),
    ],
)  # fmt: skip
def test_without_consent_or_scope_it_is_refused(
    world: World, people: People, changed: dict[str, str], told: str
) -> None:
    staff_id = people.staff()
    answer = world.client("rq-handler").submit("/assisted/new", NEW | {"staff_id": staff_id} | changed)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert told in html
    assert "〔F3.2.3〕" in html
    assert "示例用户丙" in html  # what was typed stays
    assert db.session.scalar(select(AssistedHandling.id)) is None


@pytest.mark.rule("F3.2.1")
def test_only_certified_people_act_for_users(world: World, people: People) -> None:
    staff_id = people.staff(number=None)
    answer = world.client("rq-handler").submit("/assisted/new", NEW | {"staff_id": staff_id})
    assert answer.status_code == 409
    assert "〔F3.2.1〕" in answer.get_data(as_text=True)


def test_a_consent_that_lies_ahead_is_refused_by_field(world: World, people: People) -> None:
    told = NEW | {"staff_id": people.staff(), "consent_at": "2026-10-12T10:00"}
    answer = world.client("rq-handler").submit("/assisted/new", told)
    assert answer.status_code == 422
    assert "不能晚于现在" in answer.get_data(as_text=True)


def test_users_are_masked_and_sealed(world: World, people: People) -> None:
    task = people.assisted(people.staff())
    for login in ("rq-handler", "jxw-clerk"):
        assert "13800001234" not in world.client(login).get("/assisted").get_data(as_text=True)
    assert "13800001234" in world.client("rq-handler").get(f"/assisted/{task}").get_data(as_text=True)
    assert "13800001234" not in world.client("jxw-clerk").get(f"/assisted/{task}").get_data(as_text=True)
    row = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "assisted_handling")).one()
    assert row.personal
    assert "13800001234" not in row.changes
