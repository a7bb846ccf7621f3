"""What the loader refuses: each wrong row with its file, line and reason."""

from __future__ import annotations

import pytest

from domain.deadlines import Unit
from domain.ruleset_rows import LawLimit
from domain.rulesets import RulesetError, load, load_laws
from tests.rule_data import ROOT, line_of, source


def refusal(text: str) -> RulesetError:
    with pytest.raises(RulesetError) as caught:
        load(text, "try.toml")
    error = caught.value
    assert str(error) == f"try.toml 第{error.line}行：{error.reason}"
    return error


COMPLETION = """obligation = "completion"
name = "办结"
amount = 5
unit = "workday"
count_from = "receipt"
clause = "Q5\""""
NOTE = 'code = "note"\nname = "记录经过"\nclause = "Q3.1a"'
# row, the line changed, its new words, the reason, the line refused (0: first of the row, -1: its header)
BAD_ROWS = [
    (COMPLETION, 'clause = "Q5"', 'clause = "Q5.9"', "引用了没有的条款“Q5.9”", 5),
    (COMPLETION, 'clause = "Q5"', 'clause = "Q4"', "“Q4”只是标题", 5),
    (COMPLETION, "amount = 5", "amount = 0", "时限的数目", 2),
    (COMPLETION, "amount = 5", "amount = -5", "时限的数目", 2),
    (COMPLETION, "amount = 5", 'amount = "5"', "amount：应当是整数", 2),
    (COMPLETION, "amount = 5", "amount = true", "amount：应当是整数", 2),
    (COMPLETION, 'unit = "workday"', 'unit = "weeks"', "unit：不认识“weeks”", 3),
    (COMPLETION, 'count_from = "receipt"', 'count_from = "someday"', "count_from：不认识“someday”", 4),
    (COMPLETION, 'clause = "Q5"', 'colour = "red"', "没有“colour”这一项", 5),
    (COMPLETION, 'clause = "Q5"', 'types = ["nothing"]\nclause = "Q5"', "没有“nothing”这种类型", 5),
    (COMPLETION, 'obligation = "completion"', 'obligation = "cooking"', "不认识 obligation“cooking”", 0),
    (NOTE, 'clause = "Q3.1a"', "", "这一条既没有条款", -1),
    (NOTE, 'clause = "Q3.1a"', 'reason = "说明"', "这一条既没有条款", -1),
    (NOTE, 'clause = "Q3.1a"', 'clause = "Q3.1a"\nreason = "说明"', "却没有写 local = true", 3),
    (NOTE, 'clause = "Q3.1a"', "local = true", "须写明理由", -1),
    (NOTE, 'name = "记录经过"', 'name = " "', "name：不能是空的", 1),
    (NOTE, 'name = "记录经过"', 'name = "记录\\u0000"', "name：里面有不能显示的字符", 1),
    (NOTE, 'name = "记录经过"', f'name = "{"长" * 4001}"', "name：不能超过4000个字", 1),
    (NOTE, 'code = "note"', 'code = "dance"', "不认识 code“dance”", 0),
    (NOTE, 'code = "note"', 'code = "investigate"', "“investigate”重复了", -1),
    (NOTE, 'code = "note"', 'code = "No te"', "只能用小写字母", 0),
    (NOTE, 'name = "记录经过"', "", "缺少“name”", -1),
]


@pytest.mark.parametrize(
    ("row", "old", "new", "reason", "offset"), BAD_ROWS, ids=[bad[3] for bad in BAD_ROWS]
)
def test_a_wrong_row_is_refused_with_its_line(row: str, old: str, new: str, reason: str, offset: int) -> None:
    text = source("qitaihe")
    start = line_of(text, row)
    error = refusal(text.replace(row, row.replace(old, new)))
    assert reason in error.reason
    assert error.line == start + offset


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('prefix = "Q"\n', "", "缺少“prefix”"),
        ('status = "in_force"', 'status = "maybe"', "status：不认识“maybe”"),
        ('sectors = ["water"]', 'sectors = ["steam"]', "sectors：不认识“steam”"),
        ('sectors = ["water"]', 'sectors = ["water", "water"]', "重复的值"),
        ('sectors = ["water"]', 'sectors = "water"', "应当是一个列表"),
        ('[organ_codes]', '[organs]', "不认识“organs”"),
        ('title = "', 'colour = "red"\ntitle = "', "不认识“colour”"),
        ('id = "Q1.1"', 'id = "F1.1"', "应当以Q开头"),
        ('id = "Q1.1"', 'id = "Q1.2"', "“Q1.2”重复了"),
        ('id = "Q1.1"', 'id = "Q1.1"\npart_of = "Q9"', "没有的条款“Q9”"),
        ('supervision = "七供水督"', 'supervision = 3', "supervision：应当是文字"),
        ('key = "surge_days"', 'key = "Surge"', "只能用小写字母"),
        ('key = "surge_days"', 'key = "surge_weeks"', "缺少设定：surge_days"),
        ('obligation = "archive"', 'obligation = "review"', "缺少时限：archive"),
        ('may = ["reply_date", "on_site_date"]', 'may = ["moon"]', "没有“moon”这种承诺"),
        ('role = "handler"', 'role = "king"', "不认识 role“king”"),
        ("我们将在{due}前", "我们将在{due.year}前", "不认识占位符"),
        ("我们将在{due}前", "我们将在{due前", "大括号没有成对"),
        ("我们将在{due}前", "我们将在{due!r}前", "不认识占位符"),
    ],
)
def test_other_mistakes_are_refused_too(old: str, new: str, reason: str) -> None:
    text = source("qitaihe")
    assert text.count(old) == 1
    error = refusal(text.replace(old, new))
    assert reason in error.reason
    assert error.line >= 1


def test_a_channel_level_needs_its_source() -> None:
    text = source("qitaihe")
    old = 'code = "department_phone"\nname = "公司部门来电"\nmedium = "phone"\norigin_level = 3'
    error = refusal(text.replace(old, old[:-1] + "1"))
    assert "没有按渠道定为1级的依据" in error.reason
    assert error.line == line_of(text, old) + 3


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("level = 1\nneeds", "level = 4\nneeds", "1、2、3"),
        ("level = 3\nby_origin", "level = 3\nneeds_judgement = true\nby_origin", "按渠道定级"),
    ],
)
def test_triggers_make_sense(old: str, new: str, reason: str) -> None:
    assert reason in refusal(source("qitaihe").replace(old, new, 1)).reason


@pytest.mark.parametrize(
    ("key", "old", "new", "reason"),
    [
        ("callback_required", "value = true", "value = 1", "须选“是”或“否”"),
        ("surge_days", "value = 3", "value = true", "须是1至3660的整数"),
        ("surge_days", "value = 3", "value = 0", "须是1至3660的整数"),
        ("retention_default", 'value = "10年"', 'value = "5年"', "只能选：永久、30年、10年"),
        ("significant_definition", 'kind = "text"', 'kind = "choice"', "choices"),
        ("surge_days", 'kind = "int"', 'kind = "number"', "kind：不认识“number”"),
        ("surge_days", "value = 3", "value = 3\neditable = false", "既没有条款"),
        ("surge_days", "value = 3", "value = [1.5]", "value：这个值的类型不对"),
    ],
)
def test_a_setting_has_a_value_of_its_kind(key: str, old: str, new: str, reason: str) -> None:
    head, tail = source("qitaihe").split(f'key = "{key}"')
    row, rest = tail.split("[[", 1)
    assert old in row
    error = refusal(f'{head}key = "{key}"{row.replace(old, new)}[[{rest}')
    assert reason in error.reason
    first = head.count("\n") + 1
    assert first - 1 <= error.line < first + row.count("\n")


def test_broken_toml_is_refused_with_its_line() -> None:
    text = source("fuling")
    start = line_of(text, 'prefix = "F"')
    error = refusal(text.replace('prefix = "F"', "prefix = F"))
    assert "TOML 写法有误" in error.reason
    assert error.line == start
    assert refusal("code = \"\"\"\n").line == 2


def test_lines_inside_long_strings_are_not_taken_for_rows() -> None:
    text = source("qitaihe").replace(
        'text = "(一)及时回应,切忌让用户久等;"', "text = '''\n[[limits]]\namount = 9\n(一)及时回应'''"
    )
    row = COMPLETION.replace("amount = 5", "amount = 0")
    broken = text.replace(COMPLETION, row)
    assert refusal(broken).line == line_of(broken, row) + 2


# Limits set by law


def laws_source() -> str:
    return (ROOT / "rulesets" / "laws.toml").read_text(encoding="utf-8")


def test_law_limits() -> None:
    chongqing, national = load_laws(laws_source(), "laws.toml")
    assert isinstance(chongqing, LawLimit)
    assert (chongqing.law, chongqing.article) == ("重庆市天然气管理条例", "第五十四条")
    assert (chongqing.amount, chongqing.unit, chongqing.complex_amount) == (30, Unit.DAY, 60)
    assert (national.law, national.article) == ("城镇燃气管理条例", "第二十九条")
    assert (national.amount, national.unit, national.complex_amount) == (15, Unit.WORKDAY, None)
    assert chongqing.sectors == national.sectors == ("gas",)


FIFTEEN = 'obligation = "completion"\namount = 15'


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("amount = 30", "amount = 0", "时限的数目"),
        ("complex_amount = 60", "complex_amount = 30", "比一般时限长"),
        ('code = "urban_gas_29"', 'code = "chongqing_natural_gas_54"', "重复了"),
        ('amount = 15\nunit = "workday"', 'amount = 15\nunit = "year"', "不认识“year”"),
        ('sectors = ["gas"]\n' + FIFTEEN, "sectors = []\n" + FIFTEEN, "sectors"),
        (FIFTEEN, FIFTEEN.replace("completion", "nothing"), "不认识 obligation"),
        ('law = "城镇燃气管理条例"\n', "", "缺少“law”"),
    ],
)
def test_wrong_law_limits_are_refused_with_their_line(old: str, new: str, reason: str) -> None:
    text = laws_source()
    start = line_of(text, old)
    with pytest.raises(RulesetError) as caught:
        load_laws(text.replace(old, new), "laws.toml")
    assert reason in caught.value.reason
    assert start - 3 <= caught.value.line <= start + 1
