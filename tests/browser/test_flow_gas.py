"""Shorter ways at the gas company and its regulator: inquiries, declining, a case of level one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.office import Office
from tests.browser.watch import Watch

QUESTION = "阶梯气价怎么算"
ANSWER = "您好：阶梯气价按年用气量分三档，第一档每户每年不超过500立方米，超过部分按第二、第三档计价。"
STRANGE = "小区停车收费太高"
GRAVE = "燃气泄漏多日没人处理"


def asked(office: Office) -> str:
    """Somebody asks the company's hotline."""
    dispatcher = office["rq-dispatcher"]
    return dispatcher.register(
        {
            "称呼": "示例用户丙", "电话": "13800000003",
            "什么时候、发生了什么": "想知道阶梯气价按什么标准计算。", "标题": QUESTION,
            "类型": "咨询", "内容类别": "营业收费",
        }
    )  # fmt: skip


def test_an_inquiry_is_answered_at_once(office: Office) -> None:
    asked(office)
    dispatcher = office["rq-dispatcher"]
    dispatcher.step_from_page("当场答复", {"答复内容": ANSWER, "答复方式": "电话"})
    dispatcher.sees(state="已答复", entry="当场答复", clause="F3.4")
    expect(dispatcher.page.locator("#limits")).to_contain_text("办结按时 · 10月12日（周一）")
    dispatcher.shots.take(dispatcher.page, "当场答复", key=True)


def test_an_inquiry_is_asked_of_a_department(office: Office) -> None:
    asked(office)
    dispatcher, handler = office["rq-dispatcher"], office["rq-handler"]
    dispatcher.step_from_page("请有关部门解答", {"责任单位": ["营业厅"]})
    dispatcher.sees(state="征询中", next_step="作出解答", entry="请有关部门解答", clause="F3.4.2")
    office.later(hours=2)
    handler.start_next(QUESTION, "作出解答")
    handler.step("作出解答", {"解答": "按年用气量分三档，每档单价见公示。"}, key=True)
    handler.sees(state="部门已回", next_step="答复投诉人", entry="作出解答", clause="F3.4.2")
    dispatcher.start_next(QUESTION, "答复投诉人")
    expect(dispatcher.form.get_by_label("答复内容")).to_have_value(
        f"您好：您咨询的“{QUESTION}”，答复如下：按年用气量分三档，每档单价见公示。"
    )
    dispatcher.step("答复投诉人", {"答复方式": "电话"})
    dispatcher.sees(state="已答复", entry="答复投诉人", clause="F5.2")


def test_declining_needs_a_reason_that_the_person_was_told(office: Office, watch: Watch) -> None:
    watch.expect(409)
    clerk = office["jxw-clerk"]
    call = {"称呼": "示例用户丁", "电话": "13800000004", "内容类别": "其它需要服务的内容", "标题": STRANGE}
    text = {"什么时候、发生了什么": "小区地下车库收费太高，请你们管一管。"}
    clerk.register(call | text, enterprise="示例供电公司")
    clerk.start("不予受理")
    reason = "停车收费不属于供电服务，请向所在地价格主管部门或者物业反映。"
    clerk.fill({"不予受理的原因": reason})
    clerk.submit()
    clerk.is_refused("不予受理必须把原因明确告知用户", "F3.4.2")
    expect(clerk.form.get_by_label("不予受理的原因")).to_have_value(reason)
    clerk.page.locator("#action-panel .notice.is-danger .clause").click()
    shown = clerk.page.get_by_role("dialog")
    expect(shown).to_contain_text("F3.4.2")
    expect(shown).to_contain_text("明确告知")
    clerk.shots.take(clerk.page, "条款原文")
    clerk.page.keyboard.press("Escape")
    clerk.step("不予受理", {"怎样告知": "电话"}, key=True)
    clerk.sees(state="不予受理", next_step="归档", entry="不予受理", clause="F3.4.2")


def level_one(office: Office) -> None:
    """Registered, accepted, dispatched; then the news reports it, and a leader judges that."""
    clerk = office["jxw-clerk"]
    clerk.register(
        {
            "称呼": "示例用户戊", "电话": "13800000005", "在哪里": "示例小区5号楼", "标题": GRAVE,
            "什么时候、发生了什么": "楼道里一周前就闻到燃气味，报修三次没有人来。",
            "内容类别": "供电供气质量", "对方的情绪和愿望": "非常着急",
        },
        enterprise="示例燃气公司",
    )  # fmt: skip
    clerk.step_from_page("受理", {"事项性质": "涉及企业内部服务管理"})
    clerk.step_from_page("转办")
    clerk.start("提高级别")
    trigger = clerk.form.get_by_label("触发情形").locator("option", has_text="一级：").first.inner_text()
    clerk.fill({"触发情形": trigger, "提高级别的理由": "当晚电视新闻播出"})
    clerk.submit()
    clerk.is_refused("定为一级还缺领导的认定", None)
    judged = {
        "由哪位领导认定": "区经济信息委分管主任（示例区经济信息委）",
        "是否造成重大社会影响，依据是什么": "影响重大",
    }
    clerk.step("提高级别", judged, key=True)
    expect(clerk.page.locator(".page-title .badge-level")).to_have_text("一级")


def test_a_case_of_the_first_level_gets_a_supervision_order(office: Office, watch: Watch) -> None:
    watch.expect(409)
    level_one(office)
    supervisor, dispatcher = office["jxw-supervisor"], office["rq-dispatcher"]
    supervisor.go("/bench")
    expect(supervisor.page.locator("#proposed")).to_contain_text(GRAVE)
    supervisor.page.locator("#proposed").get_by_role("link", name=GRAVE).click()
    supervisor.start("督办")
    expect(supervisor.form.get_by_label("理由")).to_have_value("一级投诉，请限期办理并答复。")
    supervisor.step("督办", {"答复期限": "2"}, key=True)
    supervisor.sees(entry="督办", clause="F5.1", chip="督办答复剩 2 个工作日 · 10月14日（周三）")
    expect(supervisor.page.locator("#orders")).to_contain_text("待答复")
    number = supervisor.page.locator("#orders strong").inner_text()
    assert number.endswith("督1")
    office.later(hours=4)
    dispatcher.open_case(GRAVE)
    dispatcher.start("答复督办")
    expect(dispatcher.form).to_contain_text(number)
    dispatcher.step("答复督办", {"督办答复": "已于当日抢修完毕并逐户检测，明天报送核实材料。"}, key=True)
    supervisor.open_case(GRAVE)
    expect(supervisor.page.locator("#orders")).to_contain_text("已于当日抢修完毕")
    supervisor.step_from_page("解除督办", {"理由": "已经抢修并逐户检测"})
    supervisor.sees(entry="解除督办", clause="F5.1")
    expect(supervisor.page.locator("#orders")).to_contain_text("已解除")
    supervisor.shots.take(supervisor.page, "督办解除", key=True)
