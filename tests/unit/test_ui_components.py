"""Components and layouts: each macro renders with the least it needs, valid, labelled, no inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, render_template, render_template_string
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from tests.page_client import check_page
from tests.unit.shell_app import ROOT, XHTML, EveryField, make_shell, parse, texts

IMPORT = '{% import "components/ui.html" as ui %}'
PAGE = (
    '{% extends "layouts/app.html" %}{% block title %}诉求件{% endblock %}'
    "{% block content %}<p>正文</p>{% endblock %}"
)


@pytest.fixture(scope="module")
def shell() -> Iterator[Flask]:
    """The shell inside a request."""
    app = make_shell({"page.html": PAGE, "aside.html": PAGE + "{% block aside %}<p>侧栏</p>{% endblock %}"})
    with app.test_request_context("/"):
        yield app


def show(call: str, **context: object) -> str:
    """What a macro call renders."""
    return render_template_string(IMPORT + call, **context)


CALLS = {
    "icon": 'ui.icon("list")',
    "deadline_chip": 'ui.deadline_chip({"text": "今日到期"})',
    "clause_chip": 'ui.clause_chip("F5.2")',
    "clause_chips": 'ui.clause_chips(["F5.2", "Q6.1"])',
    "local_chip": "ui.local_chip()",
    "state_badge": 'ui.state_badge("办理中")',
    "level_badge": "ui.level_badge(1)",
    "tag": 'ui.tag("督办")',
    "person": 'ui.person("示例用户甲")',
    "masked": 'ui.masked("138****5678")',
    "timeline": 'ui.timeline([{"at": "10-13 周二 09:00", "title": "登记"}])',
    "timeline_entry": 'ui.timeline_entry({"at": "10-13 周二 09:00", "title": "登记"})',
    "why_days": 'ui.why_days([{"date": "10-09", "kind": "due", "n": 1}, {"date": "10", "kind": "skipped"}])',
    "file_card": 'ui.file_card({"name": "照片.jpg", "kind": "JPG", "size": "1 MB"})',
    "file_list": 'ui.file_list([{"name": "照片.jpg", "kind": "JPG", "size": "1 MB"}])',
    "link_button": 'ui.link_button("登记", "/new")',
    "post_button": 'ui.post_button("受理", "/accept")',
    "action_buttons": 'ui.action_buttons([{"label": "受理", "url": "/a"}])',
    "next_action_bar": 'ui.next_action_bar("核实并认定")',
    "hx_attrs": "ui.hx_attrs(none)",
    "notice": 'ui.notice("请核对。")',
    "banner": 'ui.banner({"text": "期限暂定"})',
    "breadcrumb_nav": 'ui.breadcrumb_nav([{"label": "工作台", "url": "/"}, {"label": "诉求件"}])',
    "tabs": 'ui.tabs([{"label": "待办", "url": "/"}])',
    "facts": 'ui.facts([{"label": "渠道", "value": "热线"}, {"label": "地点", "value": none}])',
    "empty_state": 'ui.empty_state("还没有台账。")',
    "stat": 'ui.stat("逾期", 2)',
    "progress_bar": 'ui.progress_bar(0, 0, "导入")',
    "sort_th": 'ui.sort_th("编号")',
    "select_th": "ui.select_th()",
    "select_td": 'ui.select_td("id", 7, "选择 7")',
    "filter_chips": 'ui.filter_chips([{"label": "状态", "value": "办理中", "remove_url": "/"}])',
    "column_picker": 'ui.column_picker([{"key": "a", "label": "编号", "shown": true}], "/")',
    "pagination": "ui.pagination()",
    "difference_table": 'ui.difference_table([], "第1版", "第2版")',
    "form_open": 'ui.form_open("/save") ~ ui.form_close()',
    "form_close": 'ui.form_open("/save", method="get") ~ ui.form_close()',
    "hidden_fields": "ui.hidden_fields()",
    "error_summary": "ui.error_summary(form)",
    "field": "ui.field(form.title)",
    "submit_bar": 'ui.submit_bar("保存")',
    "conflict_notice": 'ui.conflict_notice([{"label": "标题", "yours": "甲", "theirs": "乙"}])',
    "flashed": "ui.flashed()",
}
CELLS = {"sort_th", "select_th", "select_td"}
BLOCK_CALLS = {
    "panel": 'ui.panel("时限")',
    "facts_grid": "ui.facts_grid()",
    "fact": 'ui.fact("内容")',
    "stat_strip": "ui.stat_strip()",
    "bulk_bar": 'ui.bulk_bar("list-form")',
    "filter_bar": "ui.filter_bar()",
    "fieldset": 'ui.fieldset("谁打来的")',
    "foot_bar": "ui.foot_bar()",
}


@pytest.mark.parametrize("name", CALLS)
def test_renders_with_the_least_it_needs(shell: Flask, name: str) -> None:
    html = show(f"{{{{ {CALLS[name]} }}}}", form=EveryField())
    parse(f"<table><tr>{html}</tr></table>" if name in CELLS else html)
    assert "None" not in html


@pytest.mark.parametrize("name", BLOCK_CALLS)
def test_renders_around_its_content(shell: Flask, name: str) -> None:
    html = show(f"{{% call {BLOCK_CALLS[name]} %}}<b>内</b>{{% endcall %}}")
    parse(html)
    assert "<b>内</b>" in html


def test_the_one_door_leads_to_every_public_macro() -> None:
    door = (ROOT / "templates/components/ui.html").read_text()
    opened = set(re.findall(r"{% set (\w+) =", door))
    internal = {"control", "choice_group", "check_line", "first_id", "first_error"}
    written = set()
    for path in (ROOT / "templates/components").glob("*.html"):
        written |= {name for name in re.findall(r"{% macro (\w+)", path.read_text()) if name[0] != "_"}
    assert written - internal == opened
    assert opened == CALLS.keys() | BLOCK_CALLS.keys()


def test_no_inline_code_in_templates_of_the_shell() -> None:
    for folder in ("layouts", "components", "errors"):
        for path in (ROOT / "templates" / folder).glob("*.html"):
            source = path.read_text()
            assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|hx-on", source), path
            assert len(source.splitlines()) <= 150, path


def test_deadline_chip_says_words_and_opens_the_reason(shell: Flask) -> None:
    chip = {"text": "逾期 2 个工作日", "tone": "overdue", "url": "/why", "provisional": True, "label": "答复"}
    html = show("{{ ui.deadline_chip(chip) }}", chip=chip)
    assert "chip-overdue is-provisional" in html
    assert "暂定" in html
    assert "答复" in html
    assert 'href="/why" data-peek' in html
    assert "为什么是这一天" in html


def test_clause_chip_finds_its_page_by_itself(shell: Flask) -> None:
    assert "<span" in show('{{ ui.clause_chip("F5.2") }}')
    app = make_shell()
    app.jinja_env.globals["clause_url"] = lambda clause: f"/rules/{clause}"
    with app.test_request_context("/"):
        assert 'href="/rules/F5.2"' in show('{{ ui.clause_chip("F5.2") }}')
        assert 'href="/x"' in show('{{ ui.clause_chip("F5.2", "/x") }}')


def test_values_are_escaped_everywhere(shell: Flask) -> None:
    evil = "<script>\"'&"
    entry = {
        "at": evil,
        "title": evil,
        "text": evil,
        "who": evil,
        "changes": [{"field": evil, "old": evil, "new": evil}],
        "files": [{"name": evil, "kind": evil, "size": evil, "url": evil, "who": evil}],
    }
    calls = (
        "{{ ui.timeline([e]) }}{{ ui.person(t, t, t) }}{{ ui.masked(t, t) }}{{ ui.notice(t, link=t) }}"
        '{{ ui.facts([{"label": t, "value": t}]) }}{{ ui.post_button(t, t, confirm=t, fields={"a": t}) }}'
        '{{ ui.filter_chips([{"label": t, "value": t, "remove_url": t}]) }}{{ ui.stat(t, t, t) }}'
    )
    html = show(calls, e=entry, t=evil)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 20
    parse(html)


def test_timeline_entry_shows_who_and_what_changed(shell: Flask) -> None:
    entry = {
        "at": "10-09 周五 10:02",
        "datetime": "2026-10-09T10:02+08:00",
        "title": "转办",
        "who": {"name": "示例用户甲", "unit": "客服部", "role": "调度员"},
        "clause": "F5.1",
        "changes": [
            {"field": "责任单位", "old": None, "new": "营业部"},
            {"field": "备注", "old": "甲", "new": ""},
        ],
        "chip": {"text": "今日到期"},
    }
    tree = parse(show("{{ ui.timeline_entry(entry) }}", entry=entry))
    assert texts(tree, "del") == ["甲"]
    assert texts(tree, "ins") == ["营业部", "（空）"]
    assert "客服部 · 调度员" in "".join(tree.itertext())


def test_buttons_that_may_not_be_pressed_say_why(shell: Flask) -> None:
    actions = [
        {"label": "办结", "url": "/close", "disabled": "还没有记录致歉", "clause": "Q6.1"},
        {
            "label": "退单",
            "url": "/return",
            "method": "post",
            "confirm": "真的要退单吗？",
            "fields": {"version": 3},
        },
    ]
    html = show("{{ ui.action_buttons(actions) }}", actions=actions)
    assert 'aria-disabled="true"' in html
    assert "还没有记录致歉" in html
    assert "/close" not in html
    assert 'data-confirm="真的要退单吗？"' in html
    assert 'name="version" value="3"' in html
    assert re.search(r'name="submission_key" value="[0-9a-f]{32}"', html)


def test_every_kind_of_field_is_labelled_and_described(shell: Flask) -> None:
    form = EveryField(MultiDict({"title": "甲" * 300, "count": "x"}))
    assert not form.validate()
    names = [f.name for f in form if f not in form.hidden_inputs()]
    call = (
        "{{ ui.error_summary(form) }}{% for n in names %}"
        "{{ ui.field(form[n], help='说明', clause='Q5', unit='件') }}{% endfor %}"
    )
    html = show(call, form=form, names=names)
    head = '<!doctype html><html lang="zh-CN"><head><title>页</title></head><body><h1>页</h1>'
    check_page(f"{head}{html}</body></html>")
    tree = parse(html)
    ids = {element.get("id") for element in tree.iter() if element.get("id")}
    for element in tree.iter():
        assert set((element.get("aria-describedby") or "").split()) <= ids
        if element.tag == f"{XHTML}a" and (element.get("href") or "").startswith("#"):
            assert element.get("href")[1:] in ids
    assert len(texts(tree, "legend")) == 2
    assert "最多填写 200 个字" in html
    assert "请填写整数。" in html
    assert "请选择。" in html
    assert html.count(">必填<") == 5
    assert 'maxlength="5000"' not in html, "a browser would cut a pasted text without a word"


def test_two_forms_with_the_same_fields_share_no_ids(shell: Flask) -> None:
    call = (
        "{% for form in forms %}{{ ui.form_open('/a', form) }}{{ ui.field(form.title) }}"
        "{{ ui.field(form.kind) }}{{ ui.form_close() }}{% endfor %}"
    )
    tree = parse(show(call, forms=[EveryField(), EveryField(id_prefix="second-")]))
    assert {label.get("for") for label in tree.iter(f"{XHTML}label")} >= {
        "title",
        "second-title",
        "second-kind-0",
    }


def test_form_open_keeps_what_htmx_and_drafts_need(shell: Flask) -> None:
    html = show(
        '{{ ui.form_open("/a", key="verify:7", files=True, hx={"post": "/a", "target": "#p"}) }}'
        "{{ ui.form_close() }}"
    )
    for part in (
        'hx-post="/a"',
        'hx-target="#p"',
        'data-form-key="verify:7"',
        'hx-encoding="multipart/form-data"',
    ):
        assert part in html
    assert html.count("multipart/form-data") == 2


def test_page_without_any_context_stands(shell: Flask) -> None:
    html = render_template("page.html")
    check_page(html)
    assert "<title>诉求件 · 供电供气供水服务监管</title>" in html
    assert 'class="cols"' not in html
    assert "col-side" not in html
    assert "col-side" in render_template("aside.html")


def test_frame_shows_navigation_person_and_banners(shell: Flask) -> None:
    frame = {
        "organization": "示例供电公司",
        "search_url": "/search",
        "notifications_url": "/n",
        "notifications_count": 120,
        "logout_url": "/logout",
        "person": {
            "name": "示例用户甲",
            "role": "经办人",
            "id": 7,
            "menu": [{"label": "修改密码", "url": "/p"}],
        },
        "banners": [{"tone": "soon", "text": "期限暂定", "url": "/c"}],
    }
    nav = [
        {
            "title": "办理",
            "items": [{"label": "待办", "url": "/t", "count": 0, "active": True, "tone": "overdue"}],
        }
    ]
    printed = Markup(render_template("layouts/_nav.html", nav=nav))
    html = render_template(
        "page.html", frame=frame, nav=printed, breadcrumb=[{"label": "工作台", "url": "/"}, {"label": "件"}]
    )
    check_page(html)
    for part in (
        "示例供电公司",
        "99+",
        'action="/logout"',
        "期限暂定",
        'data-user="7"',
        'aria-current="page"',
        "data-search",
    ):
        assert part in html
    assert 'method="post" action="/logout"' in html


def test_scripts_come_from_files_and_the_cdn_from_settings(shell: Flask) -> None:
    shell.config.update(HTMX_SOURCE="cdn", HTMX_CDN_URL="https://cdn.example/htmx.js")
    html = render_template("page.html")
    assert 'data-mode="cdn"' in html
    assert 'data-cdn="https://cdn.example/htmx.js"' in html
    assert 'data-local="/htmx.js"' in html
    assert "sha384-" in html
    assert '"allowEval":false' in html
    assert '"409|422"' in html


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "ground"),
        ("ink-soft", "ground"),
        ("ink-soft", "blue-tint"),
        ("blue", "blue-tint"),
        ("red", "red-tint"),
        ("amber-ink", "amber-tint"),
        ("green-ink", "green-tint"),
    ],
)
def test_colours_can_be_read(ink: str, ground: str) -> None:
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (ROOT / "static/css/app.css").read_text()))
    light, dark = sorted((_luminance(tokens[ink]), _luminance(tokens[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
