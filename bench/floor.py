"""The floor: the smallest application a sane developer would write for the same cases.

Flask with a server-side login session (flask-login; the cookie's token costs one SELECT), CSRF, column
selects, an index for each list, keyset paging, full-text search over pairs of characters, and Jinja. It has
no permissions, no audit, no limits to compute, no rules, no layout: whatever the product adds is measured
against it. Both run on the same server with the same pragmas and show the same cases.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, abort, redirect, render_template, request, session, stream_with_context
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
    insert,
    select,
    text,
    tuple_,
    update,
)
from werkzeug.security import check_password_hash

from core.db import SQLITE_PRAGMAS

PAGE, FETCH = 50, 2000
EAST = timedelta(hours=8)
TYPES = {
    "complaint": "投诉", "inquiry": "咨询", "help_request": "求助", "suggestion": "建议", "report": "举报",
}  # fmt: skip
CATEGORIES = {
    "quality": "供应质量", "charging": "营业收费", "service": "营业服务", "complaint_handling": "投诉处理",
    "other": "其他",
}  # fmt: skip
CHANNELS = {
    "oral": "口头", "hotline_12345": "12345", "power_hotline": "95598", "gas_hotline": "96777",
    "written": "书面", "regulator_hotline": "主管部门热线", "enterprise_hotline": "企业热线",
    "regulator_transfer": "主管部门转办", "online": "网上留言", "media": "新闻媒体",
    "dispatch_center": "调度中心", "online_media": "网络媒体", "department_phone": "部门来电",
    "department_visit": "到部门当面反映", "department_written": "部门收到的书面材料",
}  # fmt: skip
STATES = {
    "registered": "待受理", "awaiting_info": "待补充", "accepted": "已受理", "declined": "不予受理",
    "dispatched": "已转办", "investigating": "调查中", "verified": "已核实", "rectifying": "整改中",
    "rectified": "整改完成", "consulting": "征询中", "answered": "部门已回", "awaiting_instruction": "待批示",
    "instructed": "已批示", "replied": "已答复", "reported": "已报送", "reviewed": "审核通过",
    "called_back": "已回访", "closed": "已结案", "archived": "已归档", "withdrawn": "已撤回",
    "merged": "已并案",
}  # fmt: skip
NEXT = {
    "": "", "accept": "受理", "answer_now": "当场答复", "archive": "归档", "assign": "指定经办人",
    "callback": "回访", "close": "办结", "dispatch": "转办", "give_answer": "作出解答", "instruct": "批示",
    "investigate": "开始核实", "record_info": "记录已补充", "rectify": "制定整改措施",
    "complete_rectification": "整改完成", "refer_to_leader": "报领导批示", "reply": "答复", "verify": "核实",
    "report_back": "上报核实情况", "review_accept": "审核通过", "correct_lapse": "纠正",
    "report_misconduct": "向领导汇报",
}  # fmt: skip
LEVELS = {1: "一级", 2: "二级", 3: "三级"}
HEADERS = (
    "工单编号", "诉求件编号", "工单标题", "诉求内容", "诉求类型", "问题分类", "区交办时间", "区交办办结期限",
    "暂定", "诉求渠道", "承办单位", "紧急程度", "工单状态", "影响程度", "下一步", "求助人员", "求助号码",
    "事件发生地",
)  # fmt: skip

db = SQLAlchemy(metadata=MetaData())
USER = Table(
    "floor_user", db.metadata,
    Column("id", Integer, primary_key=True), Column("login", String(64), unique=True),
    Column("name", String(64)), Column("password_hash", String(256)),
)  # fmt: skip
SESSION = Table(
    "floor_session", db.metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("floor_user.id"), nullable=False),
)  # fmt: skip
SERIES = Table("floor_series", db.metadata, Column("last", Integer, nullable=False))
CASE = Table(
    "floor_case", db.metadata,
    Column("id", Integer, primary_key=True), Column("number", String(32), unique=True),
    Column("origin_number", String(64)), Column("title", String(200)), Column("content", Text),
    Column("wish", Text), Column("type", String(32)), Column("category", String(32)),
    Column("channel", String(32)), Column("state", String(24)), Column("level", Integer),
    Column("urgent", Boolean), Column("place", String(200)), Column("enterprise", String(64)),
    Column("received_at", DateTime(timezone=True)), Column("due_on", Date), Column("provisional", Boolean),
    Column("next", String(32)), Column("name", String(64)), Column("phone", String(32)),
    Index("ix_floor_case_received", "received_at", "id"),
    Index("ix_floor_case_filter", "state", "category", "received_at", "id"),
)  # fmt: skip
STEP = Table(
    "floor_step", db.metadata,
    Column("id", Integer, primary_key=True), Column("case_id", ForeignKey("floor_case.id"), index=True),
    Column("at", DateTime(timezone=True)), Column("actor", String(64)), Column("unit", String(128)),
    Column("name", String(64)), Column("clause", String(16)), Column("facts", JSON),
)  # fmt: skip
LIMIT = Table(
    "floor_limit", db.metadata,
    Column("id", Integer, primary_key=True), Column("case_id", ForeignKey("floor_case.id"), index=True),
    Column("name", String(64)), Column("clause", String(16)), Column("due_on", Date),
    Column("state", String(8)),
)  # fmt: skip
SEARCH_TABLE = {
    "sqlite": ("CREATE VIRTUAL TABLE floor_search USING fts5(tokens, content='')",),
    "postgresql": (
        "CREATE TABLE floor_search (id integer PRIMARY KEY, tokens tsvector NOT NULL)",
        "CREATE INDEX ix_floor_search ON floor_search USING gin (tokens)",
    ),
}
ADD_TOKENS = {
    "sqlite": "INSERT INTO floor_search (rowid, tokens) VALUES (:id, :tokens)",
    "postgresql": "INSERT INTO floor_search (id, tokens) VALUES (:id, to_tsvector('simple', :tokens))",
}
FOUND = {
    "sqlite": "SELECT rowid AS id FROM floor_search WHERE tokens MATCH :q ORDER BY rowid DESC LIMIT 50",
    "postgresql": "WITH found AS MATERIALIZED (SELECT id FROM floor_search WHERE tokens @@ "
    "phraseto_tsquery('simple', :q)) SELECT id FROM found ORDER BY id DESC LIMIT 50",
}
LIST = (
    CASE.c.id, CASE.c.number, CASE.c.title, CASE.c.type, CASE.c.level, CASE.c.state, CASE.c.due_on,
    CASE.c.next, CASE.c.enterprise, CASE.c.received_at, CASE.c.urgent,
)  # fmt: skip
NEWEST = (CASE.c.received_at.desc(), CASE.c.id.desc())
EXPORT = [c for c in CASE.c if c.name not in ("wish",)]
RUNS = re.compile("([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)|[0-9a-z]+")


def tokens(words: str, *, last: bool = True) -> str:
    """Runs of Han characters as overlapping pairs and (with `last`) their last character; the rest whole."""
    out = []
    for run in RUNS.finditer(words.lower()):
        if run[1]:
            out += [run[0][i : i + 2] for i in range(len(run[0]) - 1)]
        if last or not run[1]:
            out.append(run[0][-1] if run[1] else run[0])
    return " ".join(out)


class Person:
    """Who is signed in; the id that flask-login keeps is the token of the session."""

    is_authenticated = is_active = True
    is_anonymous = False

    def __init__(self, token: str, name: str) -> None:
        self.token, self.name = token, name

    def get_id(self) -> str:
        """The token."""
        return self.token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def load_person(token: str) -> Person | None:
    """One SELECT a request."""
    wanted = select(USER.c.name).join(SESSION).where(SESSION.c.token_hash == _hash(token))
    name = db.session.scalar(wanted)
    return Person(token, name) if name else None


def create_app() -> Flask:
    """The application; its database is FLOOR_DATABASE_URL."""
    app = Flask(__name__)
    uri = os.environ["FLOOR_DATABASE_URL"]
    on_sqlite = uri.startswith("sqlite")
    app.config.update(
        SECRET_KEY=os.environ.get("SECRET_KEY", "floor"),
        SQLALCHEMY_DATABASE_URI=uri,
        SQLALCHEMY_ENGINE_OPTIONS={} if on_sqlite else {"connect_args": {"options": "-c timezone=UTC"}},
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        types=TYPES, categories=CATEGORIES, channels=CHANNELS, states=STATES, actions=NEXT, levels=LEVELS
    )
    app.jinja_env.filters["local"] = lambda moment: f"{moment + EAST:%Y-%m-%d %H:%M}"
    db.init_app(app)
    CSRFProtect(app)
    login = LoginManager(app)
    login.user_loader(load_person)
    login.login_view = "sign_in"
    if on_sqlite:
        with app.app_context():
            _prepare_sqlite(db.engine)
    for rule, view, methods in (
        ("/sign-in", sign_in, ["GET", "POST"]), ("/sign-out", sign_out, ["POST"]), ("/cases", cases, ["GET"]),
        ("/cases/<int:case_id>", case, ["GET"]), ("/cases/new", create, ["GET", "POST"]),
        ("/cases/<int:case_id>/note", note, ["POST"]), ("/cases/export.csv", export, ["GET"]),
    ):  # fmt: skip
        app.add_url_rule(rule, view_func=view, methods=methods)
    return app


def _prepare_sqlite(engine: Any) -> None:
    """The product's own settings; requests that write take the lock at once."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (*SQLITE_PRAGMAS, "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        writes = request and request.method == "POST"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def sign_in() -> Any:
    """Password against the stored hash; a new row in floor_session."""
    if request.method == "GET":
        return render_template("sign_in.html")
    wanted = select(USER).where(USER.c.login == request.form.get("login", ""))
    user = db.session.execute(wanted).first()
    if user is None or not check_password_hash(user.password_hash, request.form.get("password", "")):
        return render_template("sign_in.html"), 422
    token = secrets.token_urlsafe(32)
    db.session.execute(insert(SESSION).values(token_hash=_hash(token), user_id=user.id))
    db.session.commit()
    session.clear()
    login_user(Person(token, user.name))
    return redirect("/cases", 303)


@login_required
def sign_out() -> Any:
    """Ends the session."""
    db.session.execute(SESSION.delete().where(SESSION.c.token_hash == _hash(current_user.token)))
    db.session.commit()
    logout_user()
    return redirect("/sign-in", 303)


@login_required
def cases() -> Any:
    """Fifty rows, the newest first: all, of one state and category, with a word (two characters or more), or
    after a row."""
    given = {name: request.args.get(name, "") for name in ("state", "category", "q", "after")}
    wanted = select(*LIST).limit(PAGE + 1)
    if given["q"]:
        wanted = _with_word(given["q"])
    else:
        wanted = wanted.order_by(*NEWEST)
        for name in ("state", "category"):
            if given[name]:
                wanted = wanted.where(CASE.c[name] == given[name])
        if given["after"]:
            moment, _, number = given["after"].partition("~")
            last = (datetime.fromisoformat(moment).replace(tzinfo=UTC), int(number))
            wanted = wanted.where(tuple_(CASE.c.received_at, CASE.c.id) < tuple_(*last))
    rows = db.session.execute(wanted).all()
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    after = f"{last.received_at.replace(tzinfo=None).isoformat()}~{last.id}" if last else None
    return render_template("list.html", rows=rows[:PAGE], given=given, after=after)


def _with_word(word: str) -> Any:
    dialect = db.engine.dialect.name
    wanted = tokens(word, last=False)
    ids = text(FOUND[dialect]).bindparams(q=f'"{wanted}"' if dialect == "sqlite" else wanted)
    found = ids.columns(Column("id", Integer)).subquery()
    return select(*LIST).where(CASE.c.id.in_(select(found.c.id))).order_by(CASE.c.id.desc())


@login_required
def case(case_id: int) -> Any:
    """Everything stored of one case."""
    found = db.session.execute(select(CASE).where(CASE.c.id == case_id)).first() or abort(404)
    steps = db.session.execute(select(STEP).where(STEP.c.case_id == case_id).order_by(STEP.c.id)).all()
    limits = db.session.execute(select(LIMIT).where(LIMIT.c.case_id == case_id).order_by(LIMIT.c.id)).all()
    return render_template("case.html", case=found, steps=steps, limits=limits)


@login_required
def create() -> Any:
    """A new case with the next number, its search tokens and its first step, in one transaction."""
    if request.method == "GET":
        return render_template("new.html")
    given = {
        name: request.form.get(name, "").strip()
        for name in ("title", "content", "wish", "type", "category", "channel", "place", "name", "phone")
    }
    if not given["content"] or given["type"] not in TYPES or given["category"] not in CATEGORIES:
        return render_template("new.html"), 422
    now = datetime.now(UTC)
    last = db.session.scalar(update(SERIES).values(last=SERIES.c.last + 1).returning(SERIES.c.last))
    row = given | {
        "number": f"诉{now.year}-{last:06d}", "title": given["title"] or given["content"][:30],
        "state": "registered", "level": 3, "urgent": False, "provisional": False, "received_at": now,
        "enterprise": request.form.get("enterprise", ""), "next": "accept",
    }  # fmt: skip
    made = db.session.execute(insert(CASE).values(row)).inserted_primary_key[0]
    words = tokens(f"{row['number']} {row['title']} {row['content']} {row['name']}")
    db.session.execute(text(ADD_TOKENS[db.engine.dialect.name]), {"id": made, "tokens": words})
    _add_step(made, now, "登记", {"channel": row["channel"]})
    db.session.commit()
    return redirect(f"/cases/{made}", 303)


@login_required
def note(case_id: int) -> Any:
    """One more step of a case."""
    words = request.form.get("text", "").strip() or abort(422)
    db.session.scalar(select(CASE.c.id).where(CASE.c.id == case_id)) or abort(404)
    _add_step(case_id, datetime.now(UTC), "记录经过", {"text": words})
    db.session.commit()
    return redirect(f"/cases/{case_id}", 303)


def _add_step(case_id: int, now: datetime, name: str, facts: dict[str, str]) -> None:
    step = {"case_id": case_id, "at": now, "actor": current_user.name, "unit": "", "name": name, "clause": ""}
    db.session.execute(insert(STEP).values(**step, facts=facts))


@login_required
def export() -> Response:
    """Every case as CSV, streamed in fetches."""
    return Response(stream_with_context(_csv()), mimetype="text/csv")


def _csv() -> Iterator[str]:
    found = db.session.execute(select(*EXPORT).order_by(*NEWEST), execution_options={"yield_per": FETCH})
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for portion in found.partitions():
        writer.writerows(
            (
                r.origin_number or r.number, r.number, r.title, r.content, TYPES[r.type],
                CATEGORIES[r.category], f"{r.received_at + EAST:%Y-%m-%d %H:%M:%S}", r.due_on or "",
                "是" if r.provisional and r.due_on else "", CHANNELS.get(r.channel, r.channel),
                r.enterprise, "紧急" if r.urgent else "一般", STATES[r.state], LEVELS[r.level],
                NEXT.get(r.next, ""), r.name, r.phone, r.place,
            )
            for r in portion
        )  # fmt: skip
        yield out.getvalue()
        out.seek(0)
        out.truncate()
