"""依据登记 put to use: which sources a text names, whether they may be cited, what they carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from blueprints.rulebook import queries_legal as queries
from blueprints.rulebook.models import LegalSource
from blueprints.rulebook.service.texts import clause_of
from core import clock
from domain.errors import RuleViolation
from domain.legal_text import Cited, cited_in, own_name, plain_name
from domain.rulesets import Status

IN_FORCE, DRAFT, NOT_YET, REPEALED = "in_force", "draft", "not_yet", "repealed"
STATUSES = {IN_FORCE: "施行中", DRAFT: "征求意见稿", NOT_YET: "尚未施行", REPEALED: "已废止"}
TONES = {IN_FORCE: "done", DRAFT: "wait", NOT_YET: "soon", REPEALED: "stopped"}
KINDS = {
    "statute": "法律、行政法规",
    "rule": "部门规章和文件",
    "local": "地方性法规和文件",
    "system": "服务监管制度",
    "promise": "企业承诺",
}
ALLOWS = {"item": "检查依据", "order": "责令改正", "penalty": "处罚"}
OTHERWISE = "请改引现行有效的依据；登记有误的，请在依据登记中更正。"
BY_LAW = "F7.3"
DRAFT_WORDS = "征求意见稿"


@dataclass(frozen=True)
class Register:
    """The sources of the register, found by the names that people write."""

    sources: Sequence[LegalSource]

    def find(self, name: str) -> LegalSource | None:
        """The source of that name; a 制度 also without the district or company it belongs to."""
        plain, own = plain_name(name), own_name(name)
        exact = [row for row in self.sources if plain_name(row.name) == plain]
        systems = [row for row in self.sources if row.kind == "system" and own_name(row.name) == own]
        return next(iter([*exact, *systems]), None)

    def cited(self, text: str) -> list[tuple[Cited, LegalSource | None]]:
        """What a text names, with the source where the register has it."""
        return [(one, self.find(one.name)) for one in cited_in(text)]


def register(articles: bool = False) -> Register:
    """The register as it stands now; with the articles where those are asked for."""
    return Register(queries.sources_with_articles() if articles else queries.sources())


def status_on(row: LegalSource, day: date) -> str:
    """How a source stands on a day: from `effective_on` on in force, from `repealed_on` on repealed."""
    if row.repealed_on is not None:
        if day >= row.repealed_on:
            return REPEALED
    elif row.status == REPEALED:
        return REPEALED
    if row.status == DRAFT:
        return DRAFT
    if row.effective_on is not None:
        return NOT_YET if day < row.effective_on else IN_FORCE
    return NOT_YET if row.status == NOT_YET else IN_FORCE


def _why(row: LegalSource, status: str) -> str:
    if status == REPEALED:
        when = f"自{row.repealed_on.isoformat()}起" if row.repealed_on else ""
        return f"《{row.name}》{when}已经废止，不能再作为依据。"
    if status == NOT_YET:
        when = f"，{row.effective_on.isoformat()}起施行" if row.effective_on else ""
        return f"《{row.name}》还没有施行{when}，不能作为依据。"
    return f"《{row.name}》还是征求意见稿，不能作为依据。"


def refusal(text: str, day: date, known: Register | None = None) -> RuleViolation | None:
    """Why a text may not stand as a basis on that day, with what replaces it; None where it may.

    A 制度 that is still a draft is no law and is not refused: it is shown as what it is.
    """
    if "《" not in text:
        return None
    for _, row in (known or register()).cited(text):
        status = status_on(row, day) if row else IN_FORCE
        if row is None or status == IN_FORCE or (row.kind == "system" and status == DRAFT):
            continue
        replaced = f"请改引《{row.replaced_by}》。" if row.replaced_by else OTHERWISE
        return RuleViolation(_why(row, status), None, replaced)
    return None


def require_citable(text: str, day: date) -> None:
    """Errors: RuleViolation when the text names a source that is not in force on that day."""
    if refused := refusal(text, day):
        raise refused


def require_all_citable(texts: Iterable[tuple[str, str]], day: date) -> None:
    """The same for many (label, text), asking the register once. Errors: RuleViolation with the label."""
    rows = [(label, text) for label, text in texts if "《" in text]
    known = register() if rows else Register(())
    for label, text in rows:
        if refused := refusal(text, day, known):
            raise RuleViolation(f"{label}：{refused.message}", refused.clause, refused.next_step)


def require_order(label: str, text: str, known: Register | None = None) -> None:
    """An order to correct rests on an article that carries one. Errors: RuleViolation (F7.3)."""
    require_carried("order", label, text, known)


def require_carried(what: str, label: str, text: str, known: Register | None = None) -> None:
    """An order to correct or a penalty (`what`: order, penalty) needs an article that carries it, where the
    register has articles of the source.

    Errors: RuleViolation (F7.3: 依法) when every source that is named has its articles and none carries it.
    """
    named = (known or register(articles=True)).cited(text)
    if not named or any(row is None or not row.articles for _, row in named):
        return
    words = []
    for one, row in named:
        carrying = {article.article for article in row.articles if what in article.allows} if row else set()
        if carrying & set(one.articles):
            return
        words.append(f"《{one.name}》{'、'.join(one.articles)}")
    may = ALLOWS[what]
    message = f"{label}的依据{'、'.join(words)}没有登记为可以{may}的条款。"
    step = f"请写明可以{may}的条款；条款确实可以的，请法制审核人员在依据登记中登记。"
    raise RuleViolation(message, BY_LAW, step)


def unknown_sources(text: str, known: Register | None = None) -> list[str]:
    """Names in the text that the register does not have; nothing where it is empty."""
    if "《" not in text:
        return []
    known = known or register()
    return [one.name for one, row in known.cited(text) if row is None] if known.sources else []


def draft_systems(text: str, clauses: Iterable[str] = (), known: Register | None = None) -> list[str]:
    """制度 that are still drafts and that the text names or the clauses belong to: as the text calls them,
    else by their titles."""
    known = known or register()
    by_code = {row.ruleset_code: row for row in known.sources if row.ruleset_code}
    found: dict[str, str] = {}
    for one, row in known.cited(text):
        if row is not None and row.kind == "system" and row.status == DRAFT:
            found.setdefault(row.name, one.name)
    for clause_id in clauses:
        held = clause_of(clause_id)
        if held is None:
            continue
        row = by_code.get(held[0].code)
        if row.status == DRAFT if row else held[0].status is Status.DRAFT:
            title = row.name if row else held[0].title
            found.setdefault(title, title)
    return list(found.values())


@dataclass(frozen=True)
class Ground:
    """What an act says of what it rests on: 制度 that are drafts, names that the register does not have."""

    draft: str = ""
    unknown: str = ""


def ground_of(text: str, clauses: Iterable[str] = ()) -> Ground:
    """In words, for the page of an act that rests on this; asks the register once."""
    known = register()
    drafts = "、".join(f"《{plain_name(name)}》" for name in draft_systems(text, clauses, known))
    strange = "、".join(f"《{name}》" for name in unknown_sources(text, known))
    return Ground(
        f"{drafts}还是{DRAFT_WORDS}，没有正式施行。" if drafts else "",
        f"依据登记里没有{strange}，请核对名称和效力。" if strange else "",
    )


def citable_today() -> list[tuple[str, str]]:
    """What forms offer where a basis is written."""
    return citable_names(clock.today())


def citable_names(day: date) -> list[tuple[str, str]]:
    """(what to write, what it is) of everything that may be cited on that day, article by article."""
    found: list[tuple[str, str]] = []
    for row in queries.sources_with_articles():
        status = status_on(row, day)
        if status != IN_FORCE and not (row.kind == "system" and status == DRAFT):
            continue
        name = f"《{plain_name(row.name)}》"
        if not row.articles:
            found.append((name, KINDS[row.kind] if status == IN_FORCE else STATUSES[status]))
        found += [(f"{name}{one.article}", one.text[:40]) for one in row.articles]
    return found
