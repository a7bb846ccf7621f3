"""Pages of findings and rectification: forms, lists, exports, the chain, and who sees nothing (F5.3)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints.inspection.models import Finding, Plea, Rectification
from core import clock
from core.db import db
from tests.factories.findings import Rectifying


@pytest.fixture
def one(app: Flask) -> Rectifying:
    """The regulator of the gas company."""
    return Rectifying()


def html(client: object, path: str) -> str:
    """The page, which has to be there."""
    answer = client.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    found: str = answer.get_data(as_text=True)
    return found


@pytest.mark.rule("F5.3")
def test_the_way_through_the_pages(one: Rectifying) -> None:
    inspector, supervisor = one.world.client("jxw-inspector"), one.world.client("jxw-supervisor")
    ids = _recorded(one, inspector)
    order_id = _drafted(one, inspector, ids)
    _answered(one, order_id)
    assert "已报整改" in html(supervisor, f"/rectifications/{order_id}")
    finding = one.row(order_id).findings[0].id
    judged = supervisor.submit(
        f"/rectifications/{order_id}/judge", {f"verdict_{finding}": "accepted", "days": "5"}
    )
    assert judged.status_code == 303, judged.get_data(as_text=True)
    _rechecked(one, order_id, finding)
    chain = html(inspector, f"/findings/{finding}/chain")
    for words in ("现场检查笔录签字", "登记问题", "责令限期整改通知书", "直接送达", "报送整改情况", "审核通过", "复查结果：已整改",
                  "复查意见书", "已销号"):  # fmt: skip
        assert words in chain, words
    assert "1 / 1" in html(inspector, "/rectifications?tab=done")


def _recorded(one: Rectifying, inspector: FlaskClient) -> list[int]:
    """Both deviations of a check, by the page; ids of the findings."""
    check_id = one.check()
    page = html(inspector, f"/checks/{check_id}/findings")
    assert "门头标志被树木遮挡" in page
    assert "已带入证据 1 份" in page
    fields = {"outlet_id": ""}
    for at, (title, kind, basis) in enumerate(
        (
            ("标志统一明显", "system", "监管制度第三条"),
            ("停气提前公告", "statute", "《城镇燃气管理条例》第二十条"),
        )
    ):
        fields |= {
            f"take_{at}": "y", f"title_{at}": title, f"facts_{at}": "现场看到的事实", f"basis_{at}": basis,
            f"basis_kind_{at}": kind, f"severity_{at}": "serious", f"department_{at}": "营业厅", f"clause_{at}": "",
        }  # fmt: skip
    assert inspector.submit(f"/checks/{check_id}/findings", fields).status_code == 303
    page = html(inspector, "/findings?severity=serious&source=item")
    assert page.count("JXW-问题-2026-") >= 2
    one.world.fresh()
    return list(db.session.scalars(select(Finding.id).order_by(Finding.id)))


def _drafted(one: Rectifying, inspector: FlaskClient, ids: list[int]) -> int:
    """Refused as one order, then drafted as two and served; id of the order."""
    assert "示例燃气公司" in html(inspector, "/rectifications/new")
    assert "停气提前公告" in html(inspector, "/rectifications/new?enterprise=rq")
    refused = inspector.submit(
        "/rectifications/new?enterprise=rq", {"findings": ids, "kind": "order", "phone": "023-00000000"}
    )
    assert refused.status_code == 409
    assert "F7.3" in refused.get_data(as_text=True)
    made = inspector.submit(
        "/rectifications/new?enterprise=rq",
        {"findings": ids, "kind": "auto", "order_days": "5", "request_days": "5", "phone": "023-00000000",
         "demands": "停止违法行为", "consequence": "依法移送", "reconsideration": "示例区人民政府",
         "court": "示例区人民法院", "hopes": "完善制度"},
    )  # fmt: skip
    assert made.status_code == 303
    assert "state=drafted" in made.headers["Location"]
    assert "通知书拟制中" in html(inspector, made.headers["Location"])
    one.world.fresh()
    order, request = db.session.scalars(select(Rectification).order_by(Rectification.id)).all()
    order_id, notices = order.id, (order.notice_id, request.notice_id)
    for notice_id in notices:
        one.serve_notice(notice_id)
    return order_id


def _answered(one: Rectifying, order_id: int) -> None:
    handler = one.world.client("rq-handler")
    finding = one.row(order_id).findings[0].id
    assert "责令限期整改通知书" in html(handler, "/rectifications")
    assert "停气提前公告" in html(handler, f"/rectifications/{order_id}")
    assert handler.get(f"/rectifications/{order_id}/notice.pdf").data.startswith(b"%PDF")
    path = f"/rectifications/{order_id}/measures"
    kept = handler.submit(path, {f"text_{finding}": "已修订办法"})
    assert kept.status_code == 303
    assert "已修订办法" in html(handler, path)
    refused = handler.submit(path, {f"text_{finding}": "已修订办法，培训", "send": "1"})
    assert refused.status_code == 422
    assert "请填写完成整改的日期" in refused.get_data(as_text=True)
    sent = handler.submit(
        path,
        {f"text_{finding}": "已修订办法，培训", f"done_on_{finding}": "2026-10-12", "send": "1",
         f"file_{finding}": (io.BytesIO("公告样张".encode()), "公告样张.txt")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert sent.status_code == 303, sent.get_data(as_text=True)
    assert "公告样张.txt" in html(handler, f"/rectifications/{order_id}")


def _rechecked(one: Rectifying, order_id: int, finding: int) -> None:
    people = one.certified()
    inspector = one.world.client("jxw-inspector")
    planned = inspector.submit(
        f"/rectifications/{order_id}/rechecks/new",
        {"planned_on": "2026-10-12", "first": str(people[0]), "second": str(people[1])},
    )
    assert planned.status_code == 303, planned.get_data(as_text=True)
    path = planned.headers["Location"]
    seen = inspector.submit(
        path,
        {"done_on": "2026-10-12", f"verdict_{finding}": "fixed", f"facts_{finding}": "三次停气都已提前公告"},
    )
    assert seen.status_code == 303, seen.get_data(as_text=True)
    assert inspector.submit(f"{path}/opinion").status_code == 303
    one.serve_notice(one.row(order_id).rechecks[-1].notice_id or 0)


@pytest.mark.rule("F5.3")
def test_pleas_through_the_pages(one: Rectifying) -> None:
    made = one.served([one.free(), one.free(title="第二个问题要整改")])
    finding = one.row(made).findings[0].id
    handler, supervisor = one.world.client("rq-handler"), one.world.client("jxw-supervisor")
    assert handler.submit(f"/findings/{finding}/objection", {"reason": "当天已经公告"}).status_code == 303
    asked = handler.submit(f"/rectifications/{made}/extension", {"days": "5", "reason": "要外购设备"})
    assert asked.status_code == 303
    page = html(supervisor, f"/rectifications/{made}")
    assert "陈述申辩" in page
    assert "延长 5 个工作日" in page
    one.world.fresh()
    objection, extension = db.session.scalars(select(Plea.id).order_by(Plea.id)).all()
    answers = {"decision": "accepted", "words": "理由成立"}
    assert supervisor.submit(f"/pleas/{objection}", answers).status_code == 303
    assert supervisor.submit(f"/pleas/{extension}", answers | {"days": "2"}).status_code == 303
    assert one.finding(finding).state == "withdrawn"
    assert "已答复" not in html(handler, "/findings")
    assert "理由成立" in html(handler, f"/rectifications/{made}")


def test_an_enterprise_sees_nothing_before_service_and_nothing_of_others(one: Rectifying) -> None:
    open_id, drafted = one.free(), one.drafted([one.free("promise")])[0]
    served = one.served()
    finding = one.row(served).findings[0].id
    mine, other = one.world.client("rq-leader"), one.world.client("gd-leader")
    drafted_finding = one.row(drafted).findings[0].id
    for path in (f"/findings/{open_id}", f"/findings/{drafted_finding}", f"/rectifications/{drafted}"):
        assert mine.get(path).status_code == 404, path
    for path in (f"/findings/{finding}", f"/rectifications/{served}", f"/rectifications/{served}/notice.pdf"):
        assert mine.get(path).status_code == 200, path
        assert other.get(path).status_code == 404, path
    page = html(mine, "/findings")
    assert f"/findings/{finding}" in page
    assert f"/findings/{open_id}" not in page
    assert "JXW-问题" not in html(other, "/findings")
    assert "JXW-问题" not in other.get("/findings/export.csv").get_data(as_text=True)
    chain = html(mine, f"/findings/{finding}")
    assert "拟制责令" not in chain
    assert "变更记录" not in chain


def test_filters_export_and_paging(one: Rectifying) -> None:
    for number in range(55):
        one.free("promise" if number % 2 else "statute", title=f"第{number}个要整改的问题")
    client = one.world.client("jxw-inspector")
    first = html(client, "/findings")
    assert "after=" in first
    last = html(client, "/findings?after=6")
    assert "第4个要整改的问题" in last
    assert "第5个要整改的问题" not in last
    assert "第54个" in html(client, "/findings?before=50")
    csv = client.get("/findings/export.csv?basis=statute").get_data(as_text=True)
    assert csv.count("JXW-问题") == 28
    book = client.get("/findings/export.xlsx?clause=F3.1.2")
    assert book.status_code == 200
    assert book.data[:2] == b"PK"
    for query in (
        "clause=F3.1.2",
        "from=2026-10-12&to=2026-10-12",
        "enterprise=rq",
        "state=open",
        "repeat=yes",
    ):
        html(client, f"/findings?{query}")


@pytest.mark.rule("F7.3")
def test_the_referral_lists_documents_and_evidence(one: Rectifying) -> None:
    made = one.served()
    with clock.frozen(clock.now() + timedelta(days=40)):
        leader = one.world.client("jxw-leader")
        decided = leader.submit(
            f"/rectifications/{made}/escalate",
            {"kind": "referral", "reason": "逾期没有整改", "basis": "《城镇燃气管理条例》第四十六条"},
        )
        assert decided.status_code == 303
        page = html(leader, f"/rectifications/{made}/referral")
    assert "逾期没有整改" in page
    assert "责令限期整改通知书" in page
    assert "送达" in page


@pytest.mark.rule("F5.3")
def test_statistics_count_days_shares_and_repeats(one: Rectifying) -> None:
    made = one.served()
    with clock.frozen(clock.now() + timedelta(days=7)):
        one.answer(made)
        one.judge(made)
        one.rechecked(made)
        one.free("promise")
        page = html(one.world.client("jxw-leader"), "/findings/statistics")
    text = "".join(page.split())
    assert '整改天数</span><spanclass="stat-value">5<' in text
    assert "100.0%" in text
    assert "示例燃气公司" in page
    assert "F3.1.2" in page


def test_other_people_have_no_steps(one: Rectifying) -> None:
    made = one.served()
    one.answer(made)
    finding = one.row(made).findings[0].id
    inspector = one.world.client("jxw-inspector")
    assert inspector.get(f"/rectifications/{made}/judge").status_code == 403
    assert "审核整改情况" not in html(inspector, f"/rectifications/{made}")
    late = one.world.client("rq-handler").submit(f"/findings/{finding}/objection", {"reason": "当天已经公告"})
    assert late.status_code == 409
